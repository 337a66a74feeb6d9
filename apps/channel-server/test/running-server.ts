import { Writable } from 'node:stream'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { readConfig } from '../src/config.js'
import { createChannelServer, type ChannelServer } from '../src/server.js'
import { createMemoryEngine, type MemoryEngine } from '../src/sfu/memory-engine.js'
import { app } from './raw-client.js'

export interface RunningServer {
  readonly url: string
  readonly server: ChannelServer
  readonly engine: MemoryEngine
  /** Every line that was logged. */
  readonly lines: readonly string[]
}

/** A real server on a free port, with the SFU that has no sockets; it ends with the test. */
export async function startServer(env: Readonly<Record<string, string>> = {}, publicFolder = '/nowhere', now: () => number = Date.now): Promise<RunningServer> {
  const result = readConfig({ EARSHOT_PORT: '0', ...env })
  if (!result.ok) throw new Error(result.problems.join('\n'))
  const lines: string[] = []
  const log = pino({ level: 'debug' }, new Writable({ write: (chunk, _encoding, done) => { lines.push(String(chunk)); done() } }))
  const engine = createMemoryEngine()
  const server = createChannelServer({ config: result.config, app, engine, log, tls: null, publicFolder, now })
  const url = await server.listen()
  onTestFinished(() => server.close())
  return { url, server, engine, lines }
}
