import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * The address for the candidates and the one to bind to. They differ when the announced one is not of this machine
 * (NAT 1:1, containers): then every address of the family is bound. Throws an `Error` for anything that is no IP address.
 */
export function bindAddressFor(announced: string): { readonly announced: string; readonly bind: string } {
  // A socket that takes both families shows an IPv4 client's server address in this form.
  const address = announced.replace(/^::ffff:(?=\d+\.)/i, '').split('%')[0]!
  if (isIP(address) === 0) throw new Error(`address must be an IP address, not ${JSON.stringify(announced.slice(0, 64))}`)
  const ours = Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === address)) || address.startsWith('127.')
  return { announced: address, bind: ours ? address : isIPv6(address) ? '::' : '0.0.0.0' }
}
