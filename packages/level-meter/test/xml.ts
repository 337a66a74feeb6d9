/**
 * What is not well-formed in an XML text, undefined if all is: characters, tags in pairs, quoted attributes that occur once,
 * no bare `<` and `&`. Knows elements, attributes, text and the five entities, which is what our pictures have.
 */
export function findXmlFault(xml: string): string | undefined {
  if (/[^\t\n\r\u{20}-\u{fffd}\u{10000}-\u{10ffff}]|\p{Cs}/u.test(xml)) return 'a character that XML does not allow'
  const open: string[] = []
  let roots = 0
  for (const [, tag, text = ''] of xml.matchAll(/<([^<>]*)>|([^<>]+|[<>])/g)) {
    if (tag === undefined) {
      if (/[<>]|&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) return `a bare character in ${text}`
      if (open.length === 0 && text.trim() !== '') return `text outside of the root: ${text}`
    } else if (tag.startsWith('/')) {
      if (open.pop() !== tag.slice(1)) return `</${tag.slice(1)}> closes nothing`
    } else {
      const [whole, name = '', attributes = '', end] = /^([a-z]\w*)((?: [a-zA-Z:-][\w:-]*="(?:[^"&]|&(?:amp|lt|gt|quot|apos);)*")*)(\/?)$/.exec(tag) ?? []
      if (whole === undefined) return `a malformed tag: <${tag}>`
      const names = attributes.match(/[\w:-]+(?==")/g) ?? []
      if (new Set(names).size < names.length) return `an attribute twice: <${tag}>`
      if (open.length === 0 && roots++ > 0) return 'two roots'
      if (end === '') open.push(name)
    }
  }
  return open.length > 0 ? `<${open.join('><')}> is never closed` : roots === 0 ? 'no root' : undefined
}
