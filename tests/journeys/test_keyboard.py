"""Without a mouse: a proposal is put, opened and answered with Tab, Enter, Space and the arrows alone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from decisions.models import Position

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FAR = 150  # stops; a page with more is not one for the keyboard
WHAT_IS_WRONG_HERE = """() => {
    const here = document.activeElement
    if (here === document.body) return ""  // between the last stop and the first
    const parts = [here, ...(here.labels || []), here.parentElement]
    const look = () => parts.flatMap(one => [null, "::before", "::after"].map(part => {
        const style = getComputedStyle(one, part)
        return [style.outline, style.boxShadow, style.backgroundColor, style.border].join()
    })).join()
    const focused = look()
    here.blur()
    const plain = look()
    here.focus()
    const name = here.outerHTML.slice(0, 150)
    if (focused === plain) return `It does not show that it has the focus: ${name}`
    const box = here.getClientRects()[0]
    if (!box || box.bottom <= 0 || box.top >= innerHeight) return `It has the focus out of sight: ${name}`
    const middle = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2  // of what is in sight
    const top = document.elementFromPoint(box.left + box.width / 2, middle)
    const seen = top && parts.slice(0, -1).some(one => one.contains(top) || top.contains(one))
    return seen ? "" : `Something lies over what has the focus: ${name}`
}"""


class Hands:
    """Somebody at the keyboard. Every stop on the way has to show that it has the focus."""

    def __init__(self, page: Page):
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def go_to(self, goal: Locator) -> None:
        """With Tab, past the navigation where the page offers that."""
        expect(goal).to_be_visible()
        for _ in range(FAR):
            if self._is_at(goal):
                return
            self.press("Tab")
            wrong = self.page.evaluate(WHAT_IS_WRONG_HERE)
            assert not wrong, f"{self.page.url}: {wrong}"
            if self.page.evaluate("document.activeElement.classList.contains('govuk-skip-link')"):
                self.press("Enter")
        raise AssertionError(f"{self.page.url}: no Tab leads to {goal}")

    def follow(self, name: str) -> None:
        self.go_to(self.page.get_by_role("link", name=name))
        self.press("Enter")

    def push(self, name: str) -> None:
        self.go_to(self.page.get_by_role("button", name=name))
        self.press("Enter")

    def write(self, box: Locator, words: str) -> None:
        self.go_to(box)
        self.page.keyboard.type(words)

    def choose(self, radio: Locator) -> None:
        """Tab leads to the first of the group, the arrows to the others."""
        group = self.page.locator(f"[type=radio][name='{radio.get_attribute('name')}']")
        self.go_to(group.first)
        for _ in range(group.count()):
            if self._is_at(radio):
                break
            self.press("ArrowDown")
        self.press("Space")
        expect(radio).to_be_checked()

    def _is_at(self, goal: Locator) -> bool:
        return goal.evaluate("one => one === document.activeElement")


def test_the_keyboard_alone_proposes_and_answers(cast, either_page_as):
    page = either_page_as(cast.carol)
    carol = Hands(page)
    page.goto(f"/alliances/{cast.alliance.slug}/decisions/")
    carol.follow("Put the first proposal")
    carol.choose(page.get_by_label("A question of any kind"))
    carol.push("Begin the draft")
    for questions in (
        {"What is the question, in one line?": "A night shelter?", "The wording": "Twelve beds."},
        {"Why?": "It is cold.", "What else was considered, and why not?": "None considered: it is cold."},
        {"Who is affected?": "Thirty people.", "How were people using services heard?": "At breakfast."},
    ):
        for question, words in questions.items():
            carol.write(page.get_by_label(question, exact=True), words)
        carol.push("Save and continue")
    expect(page.get_by_role("heading", name="How does it stand to our principles?")).to_be_visible()
    bearings = page.locator(".bearing")
    for one in bearings.all():
        carol.choose(one.get_by_label("Supports it"))
        carol.write(one.get_by_role("textbox"), "It helps.")
    carol.push("Save and finish later")
    expect(page.get_by_text("Ready to open")).to_be_visible()
    carol.push("Open it: ask everybody")
    expect(page.get_by_text("None of 3 has answered yet.")).to_be_visible()

    beside = either_page_as(cast.pat)
    beside.goto(page.url)
    pat = Hands(beside)
    pat.choose(beside.get_by_label("Agree with a reservation"))
    pat.write(beside.get_by_label("What is your reservation?"), "Quiet after ten.")
    pat.push("Record our answer")
    expect(beside.get_by_text("Recorded: Haven agrees with a reservation.")).to_be_visible()
    assert Position.objects.get().reason.text == "Quiet after ten."
