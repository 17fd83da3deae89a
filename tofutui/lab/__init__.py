"""A simulated pair: admin CLIs over SSH and TLS endpoints on loopback, for the demo and the tests.

It shares no code with the client side, so that the client is never tested against its own parsing.

A scenario file (`scenarios/`, read by `scenario` into `site_model`) becomes a running `pair.Lab`:
certificates (`cert`) on TLS servers (`endpoint`), two appliances (`appliance/node`, with `behaviour` and
`healthlog`) that connect to them, high availability (`ha`), and the admin CLI (`sshd`, `grammar`, `shell`,
`cli_output`). `playback` plays a capture instead. Both play on a `console`: keys, lines, pager, prompts, SSH.
`main` is the command.
"""
