/** Text for one line of a terminal or of XML 1.0: characters that control it or turn its direction, and halves of surrogate pairs, become U+FFFD. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\uFFFE\uFFFF]/gu, '\uFFFD')
}
