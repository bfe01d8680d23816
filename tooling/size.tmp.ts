import { gzipSync } from "node:zlib"
import { join } from "node:path"
import { rolldown } from "rolldown"
import { root } from "./files.ts"
const sdk = join(root, "packages/sdk")
const code = `
  import { openHandoffs } from "${sdk}/src/browser.ts"
  const main = async () => {
    const handoffs = await openHandoffs("my-app")
    const { recordId } = await handoffs.create({ fromAgent: "planner", toAgent: "executor", taskDescription: "Report" })
    await handoffs.accept(recordId)
    console.log(await handoffs.complete(recordId, { result: { output: "report.pdf" } }))
    for await (const change of handoffs.changes()) console.log(change)
  }
  main()`
const path = join(sdk, "app.ts")
const bundle = await rolldown({ input: path, cwd: root, platform: "browser", external: [/^node:/], plugins: [{ name: "app", resolveId: (id) => (id === path ? id : null), load: (id) => (id === path ? code : null) }] })
const { output } = await bundle.generate({ format: "esm", minify: true })
for (const c of output) if (c.type === "chunk") {
  console.log(c.fileName, gzipSync(c.code,{level:9}).length, "imports", c.imports.join(","), "facade", c.facadeModuleId?.replace(root,""))
  if (process.argv[2]) console.log("   ", Object.entries(c.modules).filter(([,m])=>m.renderedLength>0).map(([k,m])=>k.replace(root,"").replace(/.*node_modules\//,"")+":"+m.renderedLength).filter(k=>new RegExp(process.argv[2]!).test(k)).join(" "))
}
