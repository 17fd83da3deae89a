"""The admin CLI in a shell: first prompt, commands, answers, questions."""
