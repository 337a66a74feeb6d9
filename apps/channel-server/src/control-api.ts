import { Hono } from 'hono'
import * as v from 'valibot'
import type { Channel } from './channel/channel.js'
import type { ChannelRegistry } from './channel/channel-registry.js'
import { equalInConstantTime } from './channel/token.js'
import { readBody } from './http-body.js'
import { HttpError } from './http-errors.js'

export interface ControlOptions {
  readonly registry: ChannelRegistry
  /** `null`: nobody may use it. */
  readonly controlToken: string | null
  readonly bodyBytes: number
}

const kickBody = v.object({
  users: v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.minLength(1), v.maxLength(100)),
})

/** Lists, kicks and closes, for whoever holds the control token. */
export function controlApi({ registry, controlToken, bodyBytes }: ControlOptions): Hono {
  const api = new Hono()
  api.use(async (context, next) => {
    requireToken(context.req.header('authorization'), controlToken)
    await next()
  })

  api.get('/channels', (context) => context.json({ channels: registry.list() }))
  api.get('/channels/:id/users', (context) => context.json({ users: channelOf(registry, context.req.param('id')).members() }))
  api.post('/channels/:id/kick', async (context) => {
    const channel = channelOf(registry, context.req.param('id'))
    const users = readUsers(await readBody(context.req.raw, bodyBytes))
    return context.json({ results: users.map((id) => kick(channel, id)) })
  })
  api.post('/channels/:id/close', (context) => {
    channelOf(registry, context.req.param('id')).close()
    return context.json({ closed: true })
  })
  return api
}

/** Throws 403 where no token is configured, 401 where it is another one. */
function requireToken(header: string | undefined, controlToken: string | null): void {
  if (controlToken === null) throw new HttpError(403, 'the control API is off: set EARSHOT_CONTROL_TOKEN to use it')
  if (!holdsToken(header, controlToken)) throw new HttpError(401, 'send "Authorization: Bearer" with the value of EARSHOT_CONTROL_TOKEN')
}

/** Whether the `Authorization` header carries the token. */
export function holdsToken(header: string | undefined, controlToken: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
  return given !== undefined && equalInConstantTime(given, controlToken)
}

function channelOf(registry: ChannelRegistry, id: string): Channel {
  const channel = registry.get(id)
  if (channel === undefined) throw new HttpError(404, `there is no channel "${id.slice(0, 64)}"`)
  return channel
}

function readUsers(text: string): readonly string[] {
  const result = v.safeParse(kickBody, parseJson(text))
  if (!result.success) throw new HttpError(400, 'the body must be JSON: {"users": [1 to 100 user ids]}')
  return [...new Set(result.output.users)]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function kick(channel: Channel, id: string): { readonly id: string; readonly code: 0 | 404; readonly message: string } {
  return channel.kick(id) ? { id, code: 0, message: 'Success' } : { id, code: 404, message: 'there is no such user in the channel' }
}
