"""`tingfeng replay`: serve a file of posts as the platforms would; and the same as a child of `up` and `demo`."""

import os
import subprocess
import sys
import time

import typer

from commands.processes import Processes
from commands.screen import console

__all__ = ["replay", "start_replay"]
