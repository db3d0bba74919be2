// Joined to GOV.UK Frontend's module by static/build.mjs: initAll comes from there.
// Pages work without this file; it adds character counts, revealed questions and focus on errors.
document.body.classList.add("js-enabled")
if (isSupported() || "noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported")
}
initAll()

document.addEventListener("htmx:afterSwap", (event) => initAll({ scope: event.detail.elt }))

// A menu made of <details> closes on Escape and when the reader goes elsewhere.
const menus = () => document.querySelectorAll("details.menu[open]")
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  for (const menu of menus()) {
    menu.open = false
    menu.querySelector("summary").focus()
  }
})
document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false
})

// A table that does not scroll sideways is no stop for the keyboard; without this file every table is one.
const reachable = () => {
  for (const region of document.querySelectorAll(".table-region")) {
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0
    else region.removeAttribute("tabindex")
  }
}
addEventListener("resize", reachable)
document.addEventListener("htmx:afterSwap", reachable)
reachable()

// htmx shows no refused answer. A form that was refused, or whose sender was signed out meanwhile, is sent whole, so that
// the answer is a page with every word in it; what is saved or read along the way only says so, or loads the page again.
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt, target, requestConfig } = event.detail
  if (![401, 403, 409].includes(xhr.status)) return
  if (requestConfig.verb === "get") return location.reload()
  if (requestConfig.triggeringEvent?.type !== "submit") {
    target.textContent = xhr.status === 401 ? xhr.responseText : "This could not be saved. Send the form to see why."
    return
  }
  const pressed = requestConfig.triggeringEvent.submitter
  if (pressed?.name) {
    const word = Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value })
    elt.append(word)
  }
  HTMLFormElement.prototype.submit.call(elt)
})
