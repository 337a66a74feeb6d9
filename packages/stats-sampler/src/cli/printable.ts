/** Text for one line of a terminal or of XML 1.0: control characters and halves of surrogate pairs become U+FFFD. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/gu, '\uFFFD')
}
