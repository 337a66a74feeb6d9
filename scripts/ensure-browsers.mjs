// Finds the browsers to test with, or installs them. `node scripts/ensure-browsers.mjs` prints their paths.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { needsSilentSink } from './silent-sink.mjs'

const chromium = {
  name: 'chromium', variable: 'CHROMIUM_PATH', debianPackage: 'chromium',
  commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'],
  darwin: ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium', 'Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
  win32: ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'],
}
const firefox = {
  name: 'firefox', variable: 'FIREFOX_PATH', debianPackage: 'firefox-esr',
  commands: ['firefox-esr', 'firefox'],
  darwin: ['Firefox.app/Contents/MacOS/firefox'],
  win32: ['Mozilla Firefox/firefox.exe'],
}

/** CHROMIUM_PATH, Playwright's own, an installed one, Playwright's download, Debian's package; else an error with the command to run. */
export const ensureChromium = () => ensure(chromium)

/** As `ensureChromium`, with FIREFOX_PATH; on a Linux without a sound server also the one Firefox needs. */
export async function ensureFirefox() {
  const file = await ensure(firefox)
  if (await needsSilentSink() && !inPath(['pulseaudio']) && !aptInstall('pulseaudio')) {
    throw new Error('Firefox starts no AudioContext without a sound server. Install one (as root on Debian `apt-get install pulseaudio`), or set PULSE_SERVER.')
  }
  return file
}

async function ensure(browser) {
  const named = process.env[browser.variable]
  if (named) {
    if (!fs.existsSync(named)) throw new Error(`${browser.variable} names ${named}, which does not exist`)
    return named
  }
  const found = await playwrights(browser) ?? installed(browser)
  if (found) return found
  console.log(`No ${browser.name} found: trying to install one`)
  const playwright = path.join('node_modules', 'playwright', 'cli.js')
  if (run(process.execPath, [playwright, 'install', browser.name])) return await playwrights(browser) ?? missing(browser)
  aptInstall(browser.debianPackage)
  return installed(browser) ?? missing(browser)
}

async function playwrights({ name }) {
  const file = (await import('playwright-core'))[name].executablePath()
  return fs.existsSync(file) ? file : undefined
}

function installed(browser) {
  const folders = process.platform === 'darwin'
    ? ['/Applications']
    : ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((variable) => process.env[variable] ?? [])
  const applications = (browser[process.platform] ?? []).flatMap((file) => folders.map((folder) => path.join(folder, file)))
  return inPath(browser.commands) ?? applications.find((file) => fs.existsSync(file))
}

function inPath(commands) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return commands.flatMap((command) => folders.map((folder) => path.join(folder, command))).find((file) => fs.existsSync(file))
}

/** True when root on Debian (or its kin) could install it. */
function aptInstall(debianPackage) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !fs.existsSync('/usr/bin/apt-get')) return false
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', debianPackage])
  return install() || (run('apt-get', ['update']) && install())
}

function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}

function missing({ name, variable, debianPackage }) {
  throw new Error(`No ${name} could be found or installed. Install one (\`npx playwright install --with-deps ${name}\`, or as root on Debian \`apt-get install ${debianPackage}\`), or set ${variable} to a browser.`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`${await ensureChromium()}\n${await ensureFirefox()}`)
