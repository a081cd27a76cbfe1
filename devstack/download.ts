// Downloads one server's binary by its vendor's own means into an empty folder, and prints the file's path. A process
// of its own, because the SDK's download comes with its native core, and because a process can be stopped.
//   node devstack/download.ts temporal|mongod <folder>
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

const downloadTemporal = async (folder: string): Promise<string> => {
  const { TestWorkflowEnvironment } = await import('@temporalio/testing')
  // The SDK has no download apart from a start; so the binary is also known to run.
  const server = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir: folder } },
  })
  await server.teardown()
  const [file] = await readdir(folder)
  if (file === undefined) throw new Error('the download left no file')
  return join(folder, file)
}

const downloadMongod = async (folder: string): Promise<string> => {
  const { MongoBinary } = await import('mongodb-memory-server-core/lib/util/MongoBinary.js')
  return MongoBinary.getPath({ downloadDir: folder })
}

const [what, folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node devstack/download.ts temporal|mongod <folder>')
console.log(`downloaded: ${await (what === 'temporal' ? downloadTemporal(folder) : downloadMongod(folder))}`)
