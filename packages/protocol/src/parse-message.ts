import * as v from 'valibot'
import { clientMessage, type ClientMessage } from './client-message.js'
import { serverMessage, type ServerMessage } from './server-message.js'

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
  return parse(clientMessage, text)
}

/** Reads one message of the server; never throws. */
export function parseServerMessage(text: string): Parsed<ServerMessage> {
  return parse(serverMessage, text)
}

function parse<Message>(schema: v.GenericSchema<Message>, text: string): Parsed<Message> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, fault: { message: 'the message is not JSON' } }
  }
  const result = v.safeParse(schema, value, { abortEarly: true })
  return result.success ? { ok: true, message: result.output } : { ok: false, fault: faultOf(result.issues[0], value) }
}

function faultOf(issue: v.BaseIssue<unknown>, value: unknown): MessageFault {
  const field = issue.path?.map(({ key }) => key).join('.')
  const { id } = Object(value) as { readonly id?: unknown } // any value has it, perhaps undefined
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
