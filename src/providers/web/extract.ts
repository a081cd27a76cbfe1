// Turns a page's HTML into readable text. Runs in a thread of its own: a page can be made to be slow or large to parse,
// and then the thread is ended, not the worker.
import { parentPort, workerData } from 'node:worker_threads'

import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'

export interface Extract {
  title: string
  text: string
}

const collapse = (text: string): string =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

// Below this an "article" is a fragment, and a small business's page is better told by all of its text.
const ARTICLE_MIN_CHARACTERS = 400

/** Title and text of a page; the text is empty for a page that is built by script. */
export const extract = (html: string): Extract => {
  // `<html>` and `<body>` may be left out in HTML; the parser needs them.
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`)
  const title = collapse(document.title ?? '')
  for (const element of document.querySelectorAll('script,style,noscript,template,svg,iframe')) element.remove()
  const whole = collapse(document.body?.textContent ?? '')
  const article = collapse(new Readability(document).parse()?.textContent ?? '')
  return { title, text: article.length >= ARTICLE_MIN_CHARACTERS ? article : whole }
}

parentPort?.postMessage(extract(workerData as string))
