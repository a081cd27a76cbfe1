import { Router } from '@koa/router'
import { BUSINESSES } from './businesses.ts'
import { renderPage } from './page.ts'

/** The websites of the sandbox's businesses: `/sites/<name>/`. */
export const createSites = (): Router =>
  new Router().get('/sites/:name', ctx => {
    const { name } = ctx.params
    const business = name !== undefined && Object.hasOwn(BUSINESSES, name) ? BUSINESSES[name] : undefined
    if (!business) return
    ctx.type = 'html'
    ctx.body = renderPage(business)
  })
