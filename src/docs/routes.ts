import { Router } from '@koa/router'

import type { Route } from '../http/route.ts'
import { describeApi } from './document.ts'
import type { ApiDocument } from './document.ts'
import { llmsText } from './llms.ts'
import { CONTENT_SECURITY_POLICY, PAGE, SCRIPT } from './page.ts'
import { loadScalar } from './scalar.ts'
import type { ScalarFile } from './scalar.ts'

/** What tells of the API, to anybody: its document, its reference for people, and its text for agents. */
export const createDocsRouter = (routes: readonly Route[], publicUrl: string): Router => {
  // Made when they are first asked for: most processes never are.
  let document: ApiDocument | undefined
  let scalar: Promise<ScalarFile> | undefined
  const described = () => (document ??= describeApi(routes, publicUrl))
  return new Router({ strict: true })
    .use('/docs', async (ctx, next) => {
      ctx.set('Content-Security-Policy', CONTENT_SECURITY_POLICY)
      ctx.set('X-Content-Type-Options', 'nosniff')
      ctx.set('Referrer-Policy', 'no-referrer')
      await next()
    })
    .get('/openapi.json', ctx => {
      // Anybody's tools may read it, in a browser too.
      ctx.set('Access-Control-Allow-Origin', '*')
      ctx.type = 'json'
      ctx.body = JSON.stringify(described())
    })
    .get('/llms.txt', ctx => {
      ctx.type = 'text/plain'
      ctx.body = llmsText(described(), publicUrl)
    })
    .get('/docs/', ctx => {
      ctx.redirect('../docs')
    })
    .get('/docs', ctx => {
      ctx.type = 'html'
      ctx.body = PAGE
    })
    .get('/docs/page.js', ctx => {
      ctx.type = 'js'
      ctx.body = SCRIPT
    })
    .get('/docs/scalar.js', async ctx => {
      const { text, gzipped, etag } = await (scalar ??= loadScalar())
      ctx.status = 200
      ctx.set('ETag', etag)
      ctx.set('Cache-Control', 'no-cache')
      ctx.vary('Accept-Encoding')
      ctx.type = 'js'
      if (ctx.fresh) {
        ctx.status = 304
        return
      }
      if (ctx.acceptsEncodings('gzip', 'identity') !== 'gzip') {
        ctx.body = text
        return
      }
      ctx.set('Content-Encoding', 'gzip')
      ctx.body = gzipped
    })
}
