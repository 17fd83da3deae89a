"""What every part above the domain needs of the operating system: files, threads, the end of the process."""
