import * as v from 'valibot'
import { clientMessage, type ClientMessage } from './client-message.js'
import { serverMessages, type ServerMessage } from './server-message.js'

/** What was wrong with a message. `field` is the path of the first bad field, absent when the text is not an object at all. */
export interface MessageFault {
  readonly field?: string
  /** Names the field and what was expected. */
  readonly message: string
  /** The request it would have been, when that much could be read, so that it can be answered. */
  readonly id?: number
}

/** The message, or what was wrong with it. */
export type Parsed<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly fault: MessageFault }

/** Reads one message of a client; never throws. */
export function parseClientMessage(text: string): Parsed<ClientMessage> {
  const value = json(text)
  if (value === undefined) return notJson
  const result = v.safeParse(clientMessage, value, { abortEarly: true })
  return result.success ? { ok: true, message: result.output } : { ok: false, fault: faultOf(result.issues[0], value) }
}

/** Reads one message of the server; never throws. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  const value = json(text)
  if (value === undefined) return notJson
  const { type } = Object(value) as { readonly type?: unknown } // any value has it, perhaps undefined
  const check = typeof type === 'string' && Object.hasOwn(serverMessages, type) ? serverMessages[type as ServerMessage['type']] : undefined
  const field = check === undefined ? 'type' : check(value, '')
  return field === undefined ? { ok: true, message: value as ServerMessage } : { ok: false, fault: { field, message: `"${field}" of a message "${String(type)}" is wrong` } } // `check` has looked
}

const notJson = { ok: false, fault: { message: 'the message is not JSON' } } as const

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function faultOf(issue: v.BaseIssue<unknown>, value: unknown): MessageFault {
  const field = issue.path?.map(({ key }) => key).join('.')
  const { id } = Object(value) as { readonly id?: unknown } // as above
  return {
    message: field === undefined ? `the message must be an object: ${issue.message}` : `"${field}" ${says(issue.message)}`,
    ...(field === undefined ? {} : { field }),
    ...(Number.isSafeInteger(id) && (id as number) >= 0 ? { id: id as number } : {}), // the check above is the narrowing
  }
}

/** valibot's own texts are sentences, ours continue the field's name. */
function says(message: string): string {
  return message.startsWith('Invalid') ? `is wrong: ${message}` : message
}
