"""A sentence for each way of getting a question wrong, from its label or from what it asks for."""

from django import forms

from .fields import MoneyField


def lower_first(text):
    """ "Your reasons" → "your reasons", but "NHS number", "VAT" and "I agree" stay."""
    first = text.split(" ", 1)[0]
    return text if first == "I" or (len(first) > 1 and first[1].isupper()) else text[:1].lower() + text[1:]


def say_plainly(field, label, ask):
    """Give `field` its sentences, except those that somebody has worded already."""
    stock = {}
    for kind in reversed(type(field).__mro__):
        stock |= getattr(kind, "default_error_messages", {})
    sentences = _sentences(field, label, ask)
    for code, sentence in sentences.items():
        if field.error_messages.get(code) == stock.get(code):
            field.error_messages[code] = sentence


def _sentences(field, label, ask):
    words = {
        "max_length": f"{label} must be %(limit_value)d characters or fewer; it has %(show_value)d",
        "min_length": f"{label} must be %(limit_value)d characters or more; it has %(show_value)d",
    }
    if not isinstance(field, MoneyField):
        words["min_value"] = f"{label} must be %(limit_value)s or more"
        words["max_value"] = f"{label} must be %(limit_value)s or less"
    if isinstance(field, forms.FileField):
        words["required"] = f"Choose {ask or 'a file: ' + lower_first(label)}"
        words["empty"] = "The file you chose is empty"
        words["max_length"] = "The file’s name must be %(max)d characters or fewer; it has %(length)d"
    elif isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        words["required"] = f"Tick {ask or f'“{label}” to go on'}"
    elif isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        words["required"] = _ask("Select", label, ask)
        words["invalid_choice"] = f"{label}: select one of the answers on the page"
    elif isinstance(field, forms.IntegerField):
        words["required"] = _ask("Enter", label, ask)
        whole = not isinstance(field, forms.DecimalField | forms.FloatField)
        words["invalid"] = f"{label} must be a {'whole number, like 12' if whole else 'number, like 12.5'}"
    elif isinstance(field, forms.EmailField):
        words["required"] = _ask("Enter", label, ask)
        words["invalid"] = f"{label} must be an e-mail address, like name@example.org"
    else:
        words["required"] = _ask("Enter", label, ask)
    return words


def _ask(verb, label, ask):
    if not ask and label.endswith("?"):
        return f"Answer the question “{label}”"
    return f"{verb} {ask or lower_first(label)}"
