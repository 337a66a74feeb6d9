import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { CipherContext, HashAlgorithm, NamedCurveAlgorithm, SignatureAlgorithm } from 'werift'
import { readConfig } from './config.js'
import { readTls } from './tls-files.js'

const folder = mkdtempSync(join(tmpdir(), 'earshot-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))
const pair = () => CipherContext.createSelfSignedCertificateWithKey({ signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 }, NamedCurveAlgorithm.secp256r1_23)
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const [one, two] = [await pair(), await pair()]
for (const [name, text] of Object.entries({ 'cert.pem': one.certPem, 'key.pem': one.keyPem, 'other.pem': two.keyPem, 'none.pem': 'no PEM', 'rsa.pem': rsa })) writeFileSync(join(folder, name), text)

function read(cert: string, key: string): ReturnType<typeof readTls> {
  const result = readConfig({ EARSHOT_TLS_CERT: join(folder, cert), EARSHOT_TLS_KEY: join(folder, key) })
  if (!result.ok) throw new Error(result.problems.join('\n'))
  return readTls(result.config)
}

it('reads a certificate and its key', () => {
  expect(read('cert.pem', 'key.pem')).toEqual({ cert: one.certPem, key: one.keyPem })
})

it.each([
  ['missing.pem', 'key.pem', /^EARSHOT_TLS_CERT must name a file/], ['cert.pem', 'missing.pem', /^EARSHOT_TLS_KEY must name a file/],
  ['none.pem', 'key.pem', /^EARSHOT_TLS_CERT must name a certificate/], ['cert.pem', 'none.pem', /^EARSHOT_TLS_KEY must name an unencrypted/],
  ['cert.pem', 'other.pem', /^EARSHOT_TLS_KEY must be the key of/], ['cert.pem', 'rsa.pem', /^EARSHOT_TLS_KEY must be the key of/],
])('with %s and %s it says which variable is wrong', (cert, key, expected) => {
  expect(() => read(cert, key)).toThrow(expected)
})
