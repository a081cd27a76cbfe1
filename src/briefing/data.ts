// Data: words of others, made fit to stand in a prompt.
// D1  They cannot close their tag, nor open another: every angle bracket and ampersand in them is escaped.
// D2  What cannot be seen is not passed on: control characters, zero-width and direction marks, variation selectors.
// D3  The cap counts what is sent, after escaping.

const LEFT_OUT = '…'

/** The text in a tag of its own, on its own lines, at most `limit` characters between the tags. */
export const tagged = (name: string, text: string, limit: number): string =>
  `<${name}>${capped(escaped(visible(text).trim()), limit)}</${name}>`

/** The same on one line: for names. */
export const taggedLine = (name: string, text: string, limit: number): string =>
  tagged(name, visible(text).replace(/\s+/g, ' '), limit)

/** Words that were spoken, as they may be put before the model in writing. */
export const spokenLine = (text: string): string => escaped(visible(text).replace(/\s+/g, ' ').trim())

const visible = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(
      /[^\P{Cc}\n\t]|\p{Cf}|\p{Co}|[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}\u{180B}-\u{180D}\u{3164}\u{115F}\u{1160}\u{FFA0}]/gu,
      '',
    )

// The wide and the small forms are read as the plain ones.
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '＜': '&lt;',
  '﹤': '&lt;',
  '>': '&gt;',
  '＞': '&gt;',
  '﹥': '&gt;',
}

const escaped = (text: string): string =>
  text.replace(/[&<＜﹤>＞﹥]/g, character => ENTITIES[character] ?? character)

const capped = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  // Neither an entity nor a character is cut in two.
  const kept = text.slice(0, limit - LEFT_OUT.length).replace(/&[a-z]*$/, '')
  return kept.replace(/[\uD800-\uDBFF]$/, '') + LEFT_OUT
}
