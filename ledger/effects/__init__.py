"""What a seal does to the book: open a year, move or vary its money, share gain, transfer, restate (rules 30 to 40).

Each kind's terms are hashed with the wording, and the database posts nothing else (sql/decided.sql). Importing this
package registers every kind; `decisions.effects.KINDS` finds them by their keys.
"""

from ledger.effects.book_terms import BookTermsKind
from ledger.effects.changes import Variation, VariationForm, Virement, VirementForm
from ledger.effects.overhead import OverheadKind
from ledger.effects.restatement import RestatementKind
from ledger.effects.share_terms import Share
from ledger.effects.transfer import TransferKind
from ledger.effects.underspend import UnderspendForm, UnderspendKind
from ledger.effects.year import Year, YearForm

__all__ = [
    "BookTermsKind",
    "OverheadKind",
    "RestatementKind",
    "Share",
    "TransferKind",
    "UnderspendForm",
    "UnderspendKind",
    "Variation",
    "VariationForm",
    "Virement",
    "VirementForm",
    "Year",
    "YearForm",
]
