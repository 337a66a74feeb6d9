// node ssr.mjs dev | build: imports the packages in Vite's development server, or bundled for a server, and prints what came.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import * as vite from 'vite'

const entry = path.join(import.meta.dirname, '../imports.js')
const shared = { root: import.meta.dirname, configFile: false, logLevel: 'warn', ssr: { noExternal: true } }

const ways = {
  async dev() {
    const server = await vite.createServer({ ...shared, server: { middlewareMode: true, ws: false }, appType: 'custom' })
    const loaded = await server.ssrLoadModule(entry)
    await server.close()
    return loaded
  },
  async build() {
    await vite.build({ ...shared, build: { ssr: entry } })
    return import(pathToFileURL(path.join(import.meta.dirname, 'dist/imports.js')))
  },
}

console.log(JSON.stringify((await ways[process.argv[2]]()).imported))
