import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { ChannelRegistry } from './channel/channel-registry.js'
import type { App } from './channel/token.js'
import type { Config } from './config.js'
import { createHttp } from './http.js'
import type { Log } from './log.js'
import { createMetrics, type Metrics } from './metrics.js'
import { limitedEngine } from './sfu/limited-engine.js'
import type { SfuEngine } from './sfu/sfu-engine.js'
import { SocketServer } from './socket-server.js'
import { readStaticFiles } from './static-files.js'

export interface ServerOptions {
  readonly config: Config
  readonly app: App
  readonly engine: SfuEngine
  readonly log: Log
  /** PEM; `null` for plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null
  /** The demo and `earshot.global.js`. */
  readonly publicFolder: string
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly now?: () => number
}

export interface ChannelServer {
  readonly metrics: Metrics
  /** Resolves with its base URL when `/healthz` answers 200; rejects with the error of `listen`. */
  listen(): Promise<string>
  /** `/healthz` says 503 from now on, sockets are closed with 1001; resolves when they are gone. The engine is the caller's. */
  close(): Promise<void>
}

/** Milliseconds clients have to answer the close frame when the server ends. */
const DRAIN_MS = 1000

/** Puts the parts together: registry, HTTP, WebSockets, metrics. */
export function createChannelServer(options: ServerOptions): ChannelServer {
  const { config, app, log, tls, publicFolder, now = Date.now } = options
  const engine = limitedEngine(options.engine, config.limits.engineSeconds * 1000)
  const registry = new ChannelRegistry({ engine, log, app, now, limits: config.limits, iceServers: config.iceServers, graceSeconds: config.graceSeconds })
  const metrics = createMetrics({
    sockets: () => sockets.size, channels: () => registry.list().length, members: () => registry.members, sfu: () => engine.stats(),
  })
  let draining = false
  const http = createHttp({ config, app, registry, metrics, log, now, files: readStaticFiles(publicFolder), isDraining: () => draining })
  // overrideGlobalObjects would replace Request and Response of the whole process
  const listener = getRequestListener(http.fetch, { overrideGlobalObjects: false, errorHandler: (error) => unreadable(error, log) })
  const headMs = config.limits.joinSeconds * 1000
  const timeouts = {
    headersTimeout: headMs, requestTimeout: Math.max(30_000, headMs), keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1000, // Node looks every 30 s by itself, in which half-open sockets would use up all there are
  }
  const server: Server = tls === null ? createHttpServer(timeouts, listener) : createHttpsServer({ ...timeouts, handshakeTimeout: headMs, ...tls }, listener)
  server.maxConnections = config.limits.sockets + 500 // room for plain requests besides
  const sockets = new SocketServer(server, { config, registry, log, metrics, now })

  return {
    metrics,
    listen: async () => {
      await listening(server, config)
      return urlOf(server, config, tls !== null)
    },
    close: async () => {
      draining = true
      registry.drain()
      await sockets.drain(DRAIN_MS)
      registry.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Requests that do not even become one for `http`, such as targets that are no path. */
function unreadable(error: unknown, log: Log): Response {
  const status = error instanceof RequestError ? 400 : 500
  if (status === 500) log.error({ err: error }, 'request failed')
  const message = status === 400 ? 'the request could not be read' : 'the server failed; its log says why'
  return Response.json({ code: status, message }, { status, headers: { 'x-content-type-options': 'nosniff' } })
}

function listening(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** An address that can be opened on this machine: "all addresses" cannot. */
function urlOf(server: Server, { host }: Config, secure: boolean): string {
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `${secure ? 'https' : 'http'}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
