/** Whether browsers give devices to a page of this address: HTTPS, or this very machine. */
export function isSecureAddress({ protocol, hostname }: Pick<Location, 'protocol' | 'hostname'>): boolean {
  return protocol === 'https:' || /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
}
