import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readConfig, type Config } from './config.js'
import { fullBucket, takeToken, type BucketSize } from './limits.js'
import { createLog, type Log } from './log.js'
import { createChannelServer, type ChannelServer } from './server.js'
import { createWeriftEngine } from './sfu/werift-engine.js'
import type { SfuEngine } from './sfu/sfu-engine.js'
import { StartError } from './start-error.js'
import { readTls } from './tls-files.js'

const publicFolder = fileURLToPath(new URL('./public/', import.meta.url))
/** Milliseconds that the end may take in all. */
const STOP_MS = 1800

await start().catch((error: unknown) => {
  const expected = error instanceof StartError
  process.stderr.write(`${expected ? error.message : `Earshot could not start: ${error instanceof Error ? error.stack : String(error)}`}\n`)
  process.exit(1)
})

async function start(): Promise<void> {
  const result = readConfig(process.env)
  if (!result.ok) throw new StartError(result.problems.join('\n'))
  const { config } = result
  const log = createLog(config.logLevel)
  for (const name of result.unknown) log.warn({ variable: name }, 'unknown variable, ignored')
  if (config.appKey === null) log.warn('EARSHOT_APP_KEY is not set: the key is random for this start, tokens made elsewhere will not match')
  if (config.devLogin) log.warn('EARSHOT_DEV_LOGIN is on: anybody who reaches this server gets a token')
  const tls = readTls(config)
  const engine = createWeriftEngine({ minPort: config.rtcMinPort, maxPort: config.rtcMaxPort, log: (message) => log.debug(message) })
  const app = { id: config.appId, key: config.appKey ?? randomBytes(24).toString('base64url') }
  const server = createChannelServer({ config, app, engine, log, tls, publicFolder })
  engine.on((event) => {
    if (event.type !== 'fatal') return
    log.fatal({ reason: event.message }, 'the SFU is gone, ending')
    process.exit(1) // whoever supervises the process starts it again
  })
  const url = await server.listen().catch((error: unknown) => { throw listenProblem(error, config) })
  endOnSignals(server, engine, log)
  surviveFaults(server, log)
  log.info({ url, version: process.version, app: app.id, rtcPorts: [config.rtcMinPort, config.rtcMaxPort] }, 'accepting joins')
  process.stdout.write(`Earshot: ${url}\n`)
}

/** The error of `listen`, by the variable that can mend it. */
function listenProblem(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') return new StartError(`EARSHOT_PORT: port ${port} on ${host} is in use; choose another, or 0 for a free one`)
  if (code === 'EACCES') return new StartError(`EARSHOT_PORT: this user may not listen on port ${port}; choose one above 1023`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new StartError(`EARSHOT_HOST: this machine has no address ${host}`)
  return error
}

function endOnSignals(server: ChannelServer, engine: SfuEngine, log: Log): void {
  let ending = false
  const end = (signal: string): void => {
    if (ending) return
    ending = true
    log.info({ signal }, 'draining')
    setTimeout(() => process.exit(0), STOP_MS).unref() // a part that hangs must not hold up the end
    void server.close().then(() => engine.close()).catch((error: unknown) => log.error({ err: error }, 'the end went wrong')).then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/**
 * From here on a fault is logged, counted and survived: one packet or message that trips over a mistake, of ours or of a
 * library, must not end everybody's call. Every membership has an owner that cleans up when its socket closes, so little can
 * be left half done. A process that faults all the time is broken, though, and ends so that it can be started again.
 */
function surviveFaults(server: ChannelServer, log: Log): void {
  const size: BucketSize = { perSecond: 1, burst: 100 }
  let bucket = fullBucket(size, Date.now())
  const onFault = (error: unknown): void => {
    server.metrics.fault()
    log.error({ err: error }, 'uncaught')
    const taken = takeToken(bucket, size, Date.now())
    bucket = taken.bucket
    if (taken.allowed) return
    log.fatal('too many faults, ending')
    process.exit(1)
  }
  process.on('uncaughtException', onFault)
  process.on('unhandledRejection', onFault)
}
