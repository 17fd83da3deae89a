"""The console of an appliance, whatever is played on it: keys, lines, pager and prompts, without a transport.

`style` says how awkward it is, `terminal` reads keys and lines, `command_line` prints, asks, pages and reads
commands; `ssh` serves consoles over SSH. All but `ssh` use the standard library only.
"""
