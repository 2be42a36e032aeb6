"""`tingfeng prove` and `tingfeng evidence`: that nothing was changed, and a pack that shows it to others."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from string import hexdigits
from typing import TYPE_CHECKING

import typer

from commands.screen import console
from config.errors import UserError
from config.output import write_whole

if TYPE_CHECKING:
    from indexing.evidence.prove import Proof

__all__ = ["evidence", "prove"]

_DIGITS = 64


def prove(
    day: str = typer.Argument(help="The day in Asia/Shanghai, such as 2026-11-20."),
    root: str = typer.Option(None, help="The day's root as it was published, such as by the next day's sign of life."),
    json_: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Check that no evaluation, alert event or content of a day was changed, moved or removed since it was written."""
    from indexing.evidence.prove import prove as check

    _check_form(day, root)
    proof = check(day, published=root)
    if json_:
        from dataclasses import asdict

        console.print_json(json.dumps(asdict(proof), ensure_ascii=False))
    else:
        _show(proof)
    if proof.wrong:
        raise typer.Exit(1)


def _check_form(day: str, root: str | None) -> None:
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise UserError(f"{day!r} is no day: write it as 2026-11-20") from error
    if root is not None and (len(root) != _DIGITS or set(root) - set(hexdigits)):
        raise UserError(f"--root: {root!r} is no root: it has {_DIGITS} digits, 0 to f, as the sign of life shows it")


def _show(proof: "Proof") -> None:
    for problem in proof.wrong:
        console.print(f"不符 wrong: {problem}", markup=False, soft_wrap=True)
    for left in proof.torn:
        console.print(f"残行 torn: {left}", markup=False, soft_wrap=True)
    for receipt, lines in sorted(proof.erased.items()):
        console.print(f"已删除 erased by receipt {receipt}: {lines:,} 行 lines", markup=False, soft_wrap=True)
    zh = f"{proof.writers} 条链共 {proof.lines:,} 行，{proof.contents:,} 行仍有内容"
    en = f"{proof.lines:,} lines of {proof.writers} chains, {proof.contents:,} with their content"
    console.print(f"{proof.day}: {zh} {en}", markup=False, soft_wrap=True)
    if proof.root:
        console.print(f"当日根 root {proof.root}", markup=False, soft_wrap=True)
    else:
        console.print("当日未结束，尚无根 the day is not over, or not sealed yet: no root", soft_wrap=True)
    if proof.wrong:
        console.print(f"{len(proof.wrong)} 处不符 things are not as they were written", soft_wrap=True)
        console.print(
            "从备份取回所列文件，再验一次 bring the files that are named back from a copy, and prove again",
            soft_wrap=True,
        )
    else:
        console.print("与写入时一致 as it was written", soft_wrap=True)


def evidence(
    mention: str = typer.Argument(help="The mention's id, such as weibo:post:4901:小米."),
    out: Path = typer.Option(None, help="Where to write the ZIP; the mention's id in this folder where left out."),
) -> None:
    """Pack a mention with its received page, its place in the chain, and a script that checks all that without us."""
    from indexing.elasticsearch.store import open_store
    from indexing.evidence.pack import pack

    made = pack(open_store(), mention, now=datetime.now(UTC))
    path = out or Path(f"{made.name}.zip")
    write_whole(path, made.content)
    for note in made.notes:
        console.print(f"{note.zh}  {note.en}", markup=False, soft_wrap=True)
    console.print(f"{path}: {len(made.content):,} bytes", markup=False, soft_wrap=True)
