// A sound server without sound: Firefox starts no AudioContext, ever, where Linux has nothing to play to. Run by vitest as globalSetup.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

/** Starts a private PulseAudio where it is needed, and names it to the browsers started from now on; returns what ends it. */
export default async function startSilentSink() {
  // As root Firefox does not start in a home that is another user's, as containers have it.
  if (process.getuid?.() === 0 && process.env.HOME && fs.statSync(process.env.HOME, { throwIfNoEntry: false })?.uid !== 0) process.env.HOME = '/tmp'
  if (!await needsSilentSink()) return undefined
  const folder = fs.mkdtempSync('/tmp/earshot-sink-') // not os.tmpdir(): a socket's path has 107 characters at most
  const watcher = fs.watch(folder)
  const socket = path.join(folder, 'socket')
  const server = spawn('pulseaudio', [
    // Ten minutes without a client end it, should nobody be left who could.
    '-n', '--daemonize=no', '--exit-idle-time=600', '--disable-shm=true', '--use-pid-file=no', '--log-level=error',
    '-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`, '-L', 'module-null-sink sink_name=null rate=48000 norewinds=1',
  ], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, XDG_RUNTIME_DIR: folder, PULSE_RUNTIME_PATH: folder, PULSE_STATE_PATH: folder } })
  const exited = once(server, 'exit')
  while (!fs.existsSync(socket)) await Promise.race([once(watcher, 'change'), exited.then(() => { throw new Error('pulseaudio ended without a socket') })])
  watcher.close()
  process.env.PULSE_SERVER = `unix:${socket}`
  return async () => {
    server.kill()
    await exited
    fs.rmSync(folder, { recursive: true })
  }
}

/** True on a Linux without a sound server of its own (PulseAudio or PipeWire). */
export async function needsSilentSink() {
  const { PULSE_SERVER, XDG_RUNTIME_DIR } = process.env
  return process.platform === 'linux' && !PULSE_SERVER && !(XDG_RUNTIME_DIR && await answers(path.join(XDG_RUNTIME_DIR, 'pulse/native')))
}

/** Whether somebody listens: a socket may outlive its server. */
async function answers(file) {
  const socket = net.connect(file)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
