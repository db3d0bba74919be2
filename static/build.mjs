// Makes static/build/: two style sheets, one script of our own, htmx, the typeface, the pictures.
// Nothing here reaches the network; everything comes from node_modules and this folder.
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as sass from "sass"

const here = dirname(fileURLToPath(import.meta.url))
const packages = join(here, "..", "node_modules")
// Made aside and moved in whole, so that a server beside it never sees half a build.
const build = join(packages, `.concordat-build-${process.pid}`)
const face = join(packages, "@expo-google-fonts", "atkinson-hyperlegible-next")

mkdirSync(join(build, "fonts"), { recursive: true })

for (const sheet of ["main", "report"]) {
  const { css } = sass.compile(join(here, "scss", `${sheet}.scss`), {
    style: "compressed",
    loadPaths: [packages],
    quietDeps: true,
  })
  writeFileSync(join(build, `${sheet}.css`), css)
}

for (const cut of ["400Regular", "400Regular_Italic", "600SemiBold", "700Bold"]) {
  cpSync(join(face, cut, `AtkinsonHyperlegibleNext_${cut}.ttf`), join(build, "fonts", `${cut}.ttf`))
}
cpSync(join(face, "LICENSE_FONT"), join(build, "fonts", "LICENSE"))

// One request and no import between hashed files: GOV.UK Frontend's module and ours become one module.
const govuk = readFileSync(join(packages, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "utf8")
const library = govuk.replace(/export\s*\{[^}]*\};?\s*(\/\/# sourceMappingURL=\S+\s*)?$/, "")
if (library === govuk) throw new Error("govuk-frontend no longer ends with one list of exports: see static/build.mjs")
const ours = ["enhance.js", "scenario.js"].map((name) => readFileSync(join(here, "js", name), "utf8"))
writeFileSync(join(build, "concordat.js"), [library, ...ours].join("\n"))

cpSync(join(packages, "htmx.org/dist/htmx.min.js"), join(build, "htmx.min.js"))
cpSync(join(here, "img"), build, { recursive: true })

rmSync(join(here, "build"), { recursive: true, force: true })
renameSync(build, join(here, "build"))
