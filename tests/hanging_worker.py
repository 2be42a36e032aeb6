"""A crawling process that begins to read a page and never ends; the test of process.py starts it."""

import sys

if __name__ == "__main__":
    sys.stdin.buffer.readline()
    sys.stdout.write('1 reading "https://forum.example/1"\n')
    sys.stdout.flush()
    while True:
        pass
