"""``make replay-deletions``: after a restore, deleted accounts are deleted again."""

import argparse

from admin.stage import Stage


def replay(stage: Stage, given: argparse.Namespace) -> int:
    """Delete again what is back; 1 if something could not be. A dry run only counts."""
    dry = given.dry_run
    done = stage.services.replay.look() if dry else stage.services.replay.run()
    print(f"{'accounts in the register of deletions':<48}{done.deleted:>8,}")
    print(f"{'of these, back' if dry else 'of these, back and deleted again':<48}{done.accounts:>8,}")
    print(f"{'logins that are back' if dry else 'logins removed again':<48}{done.logins:>8,}")
    erased = "accounts with files that are named again" if dry else "accounts whose predictions were erased again"
    print(f"{erased:<48}{done.erased:>8,}")
    if dry:
        print("This was a dry run: nothing was changed.")
    if done.stuck:
        print(
            f"Predictions that could not be ended: {done.stuck:,}. The tables are not of one moment, and their charges "
            "are not open. Nothing in them names the person; the audit names them."
        )
    if done.failed:
        print(f"Steps that failed: {done.failed:,}. The lines above say why; run this again.")
    return 1 if done.stuck or done.failed else 0
