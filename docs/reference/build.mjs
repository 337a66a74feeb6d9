// The API reference, from the types and their docstrings: docs/reference/out/index.html. An export without a docstring, a type that
// is referenced but not exported and a link that leads nowhere fail it. TypeDoc needs TypeScript 6, hence packages of its own here.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const installed = path.join(here, 'node_modules/.package-lock.json')

if (!fs.existsSync(installed) || fs.statSync(path.join(here, 'package-lock.json')).mtimeMs > fs.statSync(installed).mtimeMs) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  run([...npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'])
}
run([process.execPath, 'node_modules/typedoc/bin/typedoc'])

function run([program, ...args]) {
  const { status } = spawnSync(program, args, { cwd: here, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
