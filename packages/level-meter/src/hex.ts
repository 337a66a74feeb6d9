/**
 * Decodes pairs of lowercase hexadecimal digits. Not base64: what gzip makes of a program written in hexadecimal is smaller
 * (its bytes stay aligned), and the worklet scope has no `atob` either.
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(2 * index, 2 * index + 2), 16))
}
