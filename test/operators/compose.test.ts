// docker-compose.yml and src/config.ts say the same of every process's environment.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { apiConfig, callsWorkerConfig, mediaWorkerConfig } from '../../src/config.ts'
import { parseArguments } from '../../worker/arguments.ts'
import { parseComposeFile } from './compose-file.ts'
import type { Mapping } from './compose-file.ts'

const root = join(import.meta.dirname, '../..')
const file = parseComposeFile(await readFile(join(root, 'docker-compose.yml'), 'utf8'))
const dockerfile = await readFile(join(root, 'Dockerfile'), 'utf8')
const services = file['services'] as Record<string, Mapping>
const ours = Object.entries(services).filter(([, { image }]) => image === 'errand')

/** What a person has set, in the right shape for what it is. */
const GIVEN: Record<string, string> = {
  PUBLIC_URL: 'https://api.example',
  MEDIA_PUBLIC_URL: 'wss://media.example',
}

/** The environment as the container has it; `isGiven` says whether a person has set everything or only what is required. */
const environmentOf = ({ environment }: Mapping, isGiven: boolean): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment as Record<string, string>).map(([name, value]) => [
      name,
      value.replace(/\$\{(\w+):([?-])([^}]*)\}/g, (_, variable: string, kind: string, otherwise: string) =>
        isGiven || kind === '?'
          ? (GIVEN[variable] ?? (/SLOTS/.test(variable) ? '7' : otherwise || 'http://given'))
          : otherwise,
      ),
    ]),
  )

/** Parses as the process does that the service runs; returns the names that it looked at. */
const readAs = ({ command }: Mapping, environment: Record<string, string>): Set<string> => {
  const read = new Set<string>()
  const env = new Proxy(environment, {
    get: (target, name: string) => {
      read.add(name)
      return target[name]
    },
  })
  const [script, ...args] = command as string[]
  if (script === 'src/main.ts') apiConfig(env)
  else {
    const worker = parseArguments(args)
    if (worker?.role === 'calls') callsWorkerConfig(env, worker.mode)
    else if (worker?.role === 'media') mediaWorkerConfig(env, worker.mode)
    else throw new Error(`no such process: ${JSON.stringify(command)}`)
  }
  return read
}

it.each(ours)('%s starts a script that is there', (_name, { command }) => {
  expect(existsSync(join(root, (command as string[])[0]!))).toBe(true)
})

it.each(ours.filter(([name]) => name !== 'sandbox'))(
  '%s is given what it needs, and nothing that it does not read',
  (_name, service) => {
    const image = Object.fromEntries(
      [...dockerfile.matchAll(/^ENV (\w+)=(.+)$/gm)].map(([, name, value]) => [name, value!]),
    )
    const environment = environmentOf(service, true)
    const read = readAs(service, { ...image, ...environment })
    expect(Object.keys(environment).filter(name => !read.has(name))).toEqual([])
  },
)

it.each(ours.filter(([, { profiles }]) => profiles === undefined))(
  '%s starts without the sandbox',
  (_name, service) => {
    expect(() => readAs(service, environmentOf(service, false))).not.toThrow()
  },
)

it('what the image sets is read by the calls workers', () => {
  const names = [...dockerfile.matchAll(/^ENV (\w+)=/gm)].map(([, name]) => name!)
  const { 'calls-live': service } = services
  const read = readAs(service!, environmentOf(service!, true))
  expect(names.filter(name => !read.has(name))).toEqual([])
})

it('the sandbox is given the credentials that test calls use', async () => {
  const { sandbox, 'calls-test': calls } = services
  const [given, used] = [sandbox!['environment'] as Mapping, calls!['environment'] as Mapping]
  expect(used['TEST_TWILIO_ACCOUNT_SID']).toBe(given['SANDBOX_ACCOUNT_SID'])
  expect(used['TEST_TWILIO_AUTH_TOKEN']).toBe(given['SANDBOX_AUTH_TOKEN'])
  expect(used['TEST_OPENAI_API_KEY']).toBe(given['SANDBOX_API_KEY'])
  const main = await readFile(join(root, 'src/sandbox/main.ts'), 'utf8')
  for (const name of Object.keys(given)) expect(main).toContain(`${name}:`)
})

it('everything has a health check and comes up again by itself', () => {
  expect(dockerfile).toMatch(/^HEALTHCHECK /m)
  for (const [name, service] of Object.entries(services)) {
    expect(service['restart'], name).toBe('unless-stopped')
    if (service['image'] !== 'errand' && name !== 'temporal-ui') expect(service['healthcheck'], name).toBeDefined()
  }
})

it('only the loopback interface is listened on: what is public stands behind a proxy with TLS', () => {
  for (const [name, { ports }] of Object.entries(services))
    for (const port of (ports ?? []) as string[]) expect(port, name).toMatch(/^127\.0\.0\.1:/)
})

it('the documentation names every variable that a person sets', async () => {
  const text = await readFile(join(root, 'docker-compose.yml'), 'utf8')
  const guide = await readFile(join(root, 'docs/deployment.md'), 'utf8')
  for (const [, name] of text.matchAll(/\$\{(\w+)/g)) expect(guide).toContain(`\`${name}\``)
})
