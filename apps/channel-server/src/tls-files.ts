import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Config } from './config.js'
import { StartError } from './start-error.js'

/** Certificate chain and private key in PEM, or `null` for plain HTTP. Throws `StartError` by the variable that is to blame. */
export function readTls({ tlsCert, tlsKey }: Config): { readonly cert: string; readonly key: string } | null {
  if (tlsCert === null || tlsKey === null) return null
  const cert = readPem('EARSHOT_TLS_CERT', tlsCert)
  const key = readPem('EARSHOT_TLS_KEY', tlsKey)
  check('EARSHOT_TLS_CERT must name a certificate in PEM', { cert })
  check('EARSHOT_TLS_KEY must name an unencrypted private key in PEM', { key })
  // A secure context of both would object to another key only if it is of the same kind.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new StartError('EARSHOT_TLS_KEY must be the key of the certificate in EARSHOT_TLS_CERT')
  return { cert, key }
}

function readPem(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new StartError(`${variable} must name a file that can be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** OpenSSL knows best whether it can use them; its own words would name no variable. */
function check(rule: string, options: SecureContextOptions): void {
  try {
    createSecureContext(options)
  } catch (error) {
    throw new StartError(`${rule}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
