import { expect, it } from 'vitest'
import { readLoginAnswer } from './login.js'

const auth = { appid: 'earshot', userid: 'alice', gslb: ['http://localhost:8080'], token: 'ab', nonce: 'AK-1', timestamp: 4102444800 }

it('auth info is handed on as it came', () => {
  expect(readLoginAnswer(200, JSON.stringify({ code: 0, data: auth }))).toEqual({ ok: true, auth })
})

it.each<[string, number, string, object]>([
  ['a server without development login', 404, 'Not found', { kind: 'no-development-login' }],
  ['the same, in the form of the other errors', 404, '{"code":404,"message":"not found"}', { kind: 'no-development-login' }],
  ['a refusal', 400, '{"code":83951633,"message":"\\"room\\" must be 1 to 64 characters"}', { kind: 'refused', status: 400, message: '"room" must be 1 to 64 characters' }],
  ['a proxy that answers with a page', 502, '<html>Bad gateway</html>', { kind: 'refused', status: 502, message: '<html>Bad gateway</html>' }],
  ['a page where JSON should be', 200, '<!doctype html>', { kind: 'refused', status: 200, message: '<!doctype html>' }],
  ['an answer without data', 200, '{"code":0}', { kind: 'refused', status: 200, message: '{"code":0}' }],
])('%s is a fault', (_name, status, body, fault) => {
  expect(readLoginAnswer(status, body)).toEqual({ ok: false, fault })
})
