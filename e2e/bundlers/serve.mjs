// node serve.mjs TOOL: builds the page as the tool's users do, serves it and prints its address. With ?strict the page gets
// the Content-Security-Policy that needs the worklet's file.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = import.meta.dirname
const at = (...parts) => path.join(here, ...parts)
const workletFile = fileURLToPath(import.meta.resolve('@earshot/level-meter/worklet'))

const tools = {
  async 'vite dev'() {
    const vite = await import('vite')
    const server = await vite.createServer({ root: at('vite'), server: { port: 0 }, plugins: [{ name: 'strict', configureServer: setPolicy }] })
    await server.listen()
    return server.resolvedUrls.local[0]
  },
  async 'vite build'() {
    const vite = await import('vite')
    await vite.build({ root: at('vite'), logLevel: 'warn' })
    return serve(at('vite/dist'))
  },
  async webpack() {
    const { default: webpack } = await import('webpack')
    const stats = await promisify(webpack)({ mode: 'production', context: here, entry: './webpack/main.js', output: { path: at('webpack/dist') } })
    if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString())
    await copyFile(at('webpack/index.html'), at('webpack/dist/index.html'))
    return serve(at('webpack/dist'))
  },
  async esbuild() {
    const { build } = await import('esbuild')
    await build({ entryPoints: [at('copied/main.js')], bundle: true, format: 'esm', outdir: at('esbuild') })
    return serveWithCopies(at('esbuild'))
  },
  async rollup() {
    const { rollup } = await import('rollup')
    const { default: nodeResolve } = await import('@rollup/plugin-node-resolve')
    const bundle = await rollup({ input: at('copied/main.js'), plugins: [nodeResolve()] })
    await bundle.write({ dir: at('rollup') })
    return serveWithCopies(at('rollup'))
  },
  async next() {
    await mkdir(at('next/public'))
    await copyFile(workletFile, at('next/public/worklet.js'))
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
    execFileSync(process.execPath, [at('node_modules/next/dist/bin/next'), 'build', at('next')], { env, stdio: ['ignore', 'ignore', 'inherit'] })
    return serve(at('next/out'))
  },
  async 'import map'() {
    return `${await serve(here)}import-map/`
  },
}

console.log(await tools[process.argv[2]]())

async function serveWithCopies(folder) {
  await copyFile(at('copied/index.html'), path.join(folder, 'index.html'))
  await copyFile(workletFile, path.join(folder, 'worklet.js'))
  return serve(folder)
}

async function serve(folder) {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    const body = await readFile(file).catch(() => undefined)
    if (body === undefined) return response.writeHead(404).end()
    if (searchParams.has('strict')) response.setHeader('Content-Security-Policy', policy(body.toString()))
    response.setHeader('Content-Type', types[path.extname(file)] ?? 'application/octet-stream').end(body)
  })
  await once(server.listen(0, 'localhost'), 'listening')
  return `http://localhost:${server.address().port}/`
}

/** Inline scripts, which an import map and Next's pages are, are allowed by their hashes. */
function policy(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, text]) => text)
  const hashes = inline.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  return ["script-src 'self' 'wasm-unsafe-eval'", ...new Set(hashes)].join(' ')
}

function setPolicy({ middlewares }) {
  middlewares.use((request, response, next) => {
    if (new URL(request.url, 'http://localhost').searchParams.has('strict')) response.setHeader('Content-Security-Policy', policy(''))
    next()
  })
}
