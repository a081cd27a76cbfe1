import { Router } from '@koa/router'
import { BUSINESSES } from './businesses.ts'
import { renderContent, renderPage, renderShell } from './page.ts'
import type { Business } from './page.ts'

const find = (name = ''): Business | undefined => (Object.hasOwn(BUSINESSES, name) ? BUSINESSES[name] : undefined)

/** The websites of the sandbox's businesses: `/sites/<name>/`. */
export const createSites = (): Router =>
  new Router()
    .get('/sites/:name', ctx => {
      const business = find(ctx.params.name)
      if (!business) return
      ctx.type = 'html'
      ctx.body = (business.builtByScript ? renderShell : renderPage)(business)
    })
    .get('/sites/:name/content.html', ctx => {
      const business = find(ctx.params.name)
      if (!business?.builtByScript) return
      ctx.type = 'html'
      ctx.body = renderContent(business)
    })
