import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ChannelRegistry } from './channel/channel-registry.js'
import type { App } from './channel/token.js'
import type { Config } from './config.js'
import { controlApi, holdsToken } from './control-api.js'
import { readBody } from './http-body.js'
import { errorResponse, HttpError } from './http-errors.js'
import { makeAuthInfo } from './login.js'
import type { Log } from './log.js'
import type { Metrics } from './metrics.js'
import type { StaticFile } from './static-files.js'
import { isLoopback, plainAddress } from './upgrade.js'

export interface HttpOptions {
  readonly config: Config
  readonly app: App
  readonly registry: ChannelRegistry
  readonly metrics: Metrics
  readonly log: Log
  readonly files: ReadonlyMap<string, StaticFile>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly isDraining: () => boolean
}

type Env = { Bindings: HttpBindings }

/**
 * For the demo and everything else. `blob:` scripts: the worklet is inlined. Any server to connect to: the page may be given
 * another `gslb`. Inline styles: the plots position themselves.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval' blob:", "worker-src 'self' blob:", "connect-src 'self' ws: wss: http: https:",
  "media-src 'self' blob: mediastream: data:", "img-src 'self' blob: data:", "style-src 'self' 'unsafe-inline'", "object-src 'none'", "base-uri 'none'",
  "form-action 'self'", "frame-ancestors 'self'",
].join('; ')

/** All of HTTP but the WebSocket. */
export function createHttp(options: HttpOptions): Hono<Env> {
  const { config, registry, metrics, log } = options
  const http = new Hono<Env>()
  http.use(async (context, next) => {
    await next()
    context.header('x-content-type-options', 'nosniff')
    context.header('referrer-policy', 'no-referrer')
    context.header('content-security-policy', CONTENT_SECURITY_POLICY)
  })
  http.get('/healthz', (context) => (options.isDraining() ? context.json({ status: 'draining' }, 503) : context.json({ status: 'ok' })))
  http.get('/metrics', async (context) => {
    if (!mayReadMetrics(context, config.controlToken)) throw new HttpError(403, 'metrics are for this machine, and for holders of EARSHOT_CONTROL_TOKEN')
    const { contentType, text } = await metrics.read()
    return context.body(text, 200, { 'content-type': contentType })
  })
  http.route('/app/v1/login', loginApi(options))
  http.route('/v1/control', controlApi({ registry, controlToken: config.controlToken, bodyBytes: config.limits.bodyBytes }))
  http.get('/v1/channel', (context) => {
    allowOrigin(context, config) // clients ask whether somebody is here, in place of sockets that fail
    context.header('upgrade', 'websocket')
    return errorResponse(context, 426, 'this address speaks WebSocket')
  })
  http.get('*', (context) => serveFile(context, options.files))
  http.notFound((context) => errorResponse(context, 404, `there is nothing at ${context.req.path.slice(0, 200)}`))
  http.onError((error, context) => {
    if (error instanceof HTTPException) {
      if (error.status === 401) context.header('www-authenticate', 'Bearer')
      return errorResponse(context, error.status, error.message)
    }
    log.error({ err: error, path: context.req.path }, 'request failed')
    return errorResponse(context, 500, 'the server failed; its log says why')
  })
  return http
}

/** Development only, because it gives a token to anyone who asks. */
function loginApi({ config, app, now }: HttpOptions): Hono<Env> {
  const api = new Hono<Env>()
  if (!config.devLogin) return api
  api.use(async (context, next) => {
    await next()
    allowOrigin(context, config)
    context.header('cache-control', 'no-store')
  })
  api.options('/', (context) => {
    context.header('access-control-allow-methods', 'GET, POST')
    context.header('access-control-allow-headers', 'content-type')
    return context.body(null, 204)
  })
  api.on(['GET', 'POST'], '/', async (context) => {
    const given = await loginParameters(context, config.limits.bodyBytes)
    const nonce = `AK-${randomUUID()}`
    const result = makeAuthInfo({ ...given, app, nonce, nowSeconds: Math.floor(now() / 1000), gslb: config.publicUrl ?? new URL(context.req.url).origin })
    if ('problem' in result) throw new HttpError(400, result.problem)
    return context.json({ code: 0, data: result.authInfo })
  })
  return api
}

/** From the query; those that are missing there from the body of a POST, as a form or as JSON. */
async function loginParameters(context: Context<Env>, maxBytes: number): Promise<{ readonly room: string; readonly user: string }> {
  const body = context.req.method === 'POST' ? await bodyFields(context, maxBytes) : {}
  const read = (name: 'room' | 'user'): string => {
    const value = context.req.query(name) ?? body[name]
    return typeof value === 'string' ? value : ''
  }
  return { room: read('room'), user: read('user') }
}

async function bodyFields(context: Context<Env>, maxBytes: number): Promise<Readonly<Record<string, unknown>>> {
  const text = await readBody(context.req.raw, maxBytes)
  if (text.trim() === '') return {}
  if (!context.req.header('content-type')?.includes('json')) return Object.fromEntries(new URLSearchParams(text))
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    throw new HttpError(400, 'the body is not JSON')
  }
}

function allowOrigin(context: Context<Env>, { allowedOrigins }: Config): void {
  const origin = context.req.header('origin')
  if (allowedOrigins === 'any') context.header('access-control-allow-origin', '*')
  if (typeof allowedOrigins === 'string') return // same-host: its own pages need no header
  context.header('vary', 'Origin')
  if (origin !== undefined && allowedOrigins.includes(origin)) context.header('access-control-allow-origin', origin)
}

/** A request that came through a proxy is not from this machine, even when the proxy is. */
function mayReadMetrics(context: Context<Env>, controlToken: string | null): boolean {
  const forwarded = context.req.header('x-forwarded-for') ?? context.req.header('forwarded') ?? context.req.header('via')
  if (forwarded === undefined && isLoopback(plainAddress(context.env.incoming.socket.remoteAddress))) return true
  return controlToken !== null && holdsToken(context.req.header('authorization'), controlToken)
}

function serveFile(context: Context<Env>, files: ReadonlyMap<string, StaticFile>): Response {
  const file = files.get(context.req.path)
  if (file === undefined) {
    return errorResponse(context, 404, context.req.path === '/' ? 'the demo is not built' : `there is nothing at ${context.req.path.slice(0, 200)}`)
  }
  const headers = {
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'access-control-allow-origin': '*', // the script is meant for pages of other hosts; nothing here is secret
  }
  if (context.req.header('if-none-match') === file.etag) return context.body(null, 304, headers)
  return context.body(file.content, 200, { ...headers, 'content-type': file.contentType, 'content-length': String(file.content.length) })
}
