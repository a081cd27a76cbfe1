import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const devstack = join(import.meta.dirname, '../../devstack')

/** A command whose orderly stop takes a step of its own after the first signal. */
const start = async (work: string) => {
  const script = `
    import { runCommand } from ${JSON.stringify(join(devstack, 'signals.ts'))}
    import { SetupError } from ${JSON.stringify(join(devstack, 'setup-error.ts'))}
    await runCommand(async ({ signal }) => { ${work} })`
  const command = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'pipe' })
  const ended = once(command, 'exit')
  return { command, ended, errors: text(command.stderr) }
}

const untilStopped = `
  const stopped = new Promise(resolve => signal.addEventListener('abort', () => {
    console.log('stopping')
    process.on('SIGTERM', () => console.log('again'))
    process.stdin.resume().once('end', () => resolve())
  }))
  setInterval(() => {}, 1000)
  console.log('up')
  await stopped
  console.log('stopped')`

test('the same signal handed on twice does not cut short the orderly stop', async () => {
  const { command, ended } = await start(`${untilStopped}; return 0`)
  const output = command.stdout.iterator()
  expect(String((await output.next()).value)).toBe('up\n')
  command.kill('SIGHUP')
  expect(String((await output.next()).value)).toBe('stopping\n')
  command.kill('SIGTERM')
  expect(String((await output.next()).value)).toBe('again\n')
  command.stdin.end()
  expect(String((await output.next()).value)).toBe('stopped\n')
  expect(await ended).toEqual([0, null])
})

test('what fails because of a signal is not told as a failure, and the exit code is that of the signal', async () => {
  const { command, ended, errors } = await start(`${untilStopped}; throw new SetupError('stopped')`)
  await once(command.stdout, 'data')
  command.kill('SIGINT')
  command.stdin.end()
  expect(await ended).toEqual([130, null])
  expect(await errors).toBe('')
})

test('a failure to set up is one sentence and exit code 1', async () => {
  const { ended, errors } = await start(`throw new SetupError('port 4010 is taken')`)
  expect(await errors).toBe('\nerrand: port 4010 is taken\n')
  expect(await ended).toEqual([1, null])
})
