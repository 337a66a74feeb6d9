/** Decodes standard base64 with padding. By hand, because the worklet scope has no `atob`. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const bytes = new Uint8Array((text.length / 4) * 3 - (text.match(/=*$/)?.[0].length ?? 0))
  let bits = 0
  let bitCount = 0
  let length = 0
  for (const character of text) {
    if (character === '=') break
    bits = (bits << 6) | digits.indexOf(character)
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[length++] = (bits >> bitCount) & 255
    }
  }
  return bytes
}
