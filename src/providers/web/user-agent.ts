const PRODUCT = 'ErrandBot/1.0; reads one page before a phone call that its visitor asked for'

/** An honest name, by which a site can tell us from people and turn us away. */
export const USER_AGENT = `Mozilla/5.0 (compatible; ${PRODUCT})`

/** The same from a browser of that version: sites built by script look for an engine that they know. */
export const browserUserAgent = (version: string): string =>
  `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ${PRODUCT}) Chrome/${version} Safari/537.36`
