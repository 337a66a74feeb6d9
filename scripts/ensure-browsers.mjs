// Finds a Chromium to test with, or installs one. `node scripts/ensure-browsers.mjs` prints its path.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const applications = {
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => process.env[variable] === undefined ? [] : [
    path.join(process.env[variable], 'Google/Chrome/Application/chrome.exe'),
    path.join(process.env[variable], 'Microsoft/Edge/Application/msedge.exe'),
  ]),
}

/** CHROMIUM_PATH, Playwright's own, an installed one, Playwright's download, Debian's package; else an error with the command to run. */
export async function ensureChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) {
    if (!fs.existsSync(named)) throw new Error(`CHROMIUM_PATH names ${named}, which does not exist`)
    return named
  }
  const found = await playwrights() ?? installed()
  if (found) return found
  console.log('No Chromium found: trying to install one')
  const playwright = path.join('node_modules', 'playwright', 'cli.js')
  if (run(process.execPath, [playwright, 'install', 'chromium'])) return await playwrights() ?? missing()
  if (process.platform === 'linux' && process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get')) {
    const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
    if (install() || (run('apt-get', ['update']) && install())) return installed() ?? missing()
  }
  return missing()
}

async function playwrights() {
  const { chromium } = await import('playwright-core')
  const file = chromium.executablePath()
  return fs.existsSync(file) ? file : undefined
}

function installed() {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const candidates = [...names.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...(applications[process.platform] ?? [])]
  return candidates.find((file) => fs.existsSync(file))
}

function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}

function missing() {
  throw new Error('No Chromium could be found or installed. Install one (`npx playwright install --with-deps chromium`, or as root on Debian `apt-get install chromium`), or set CHROMIUM_PATH to a browser.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await ensureChromium())
