import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createExportFolders } from '#main/hosts/web/exportFolders'
import { createKeptAddress } from '#main/hosts/web/keptAddress'
import { openBrowser } from '#main/hosts/web/openBrowser'
import { makeScratchFolder } from '#main/hosts/web/scratchFolder'
import { createUploads } from '#main/hosts/web/uploads'
import { startWebServer } from '#main/hosts/web/webServer'
import { appRoot } from '#main/node/appRoot'
import { createDocumentFile } from '#main/node/documentFile'
import { dataFolder, nodePlatform } from '#main/node/nodePlatform'
import { createServices } from '#main/services/createServices'

const help = `Usage: npm start -- [--no-open] [--port N]
  --no-open   do not open the browser, only print the address
  --port N    listen at this port of 127.0.0.1 instead of that of the last time, or a free one
`

const report = (error: unknown) => void process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)

async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { 'no-open': { type: 'boolean' }, port: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) return void process.stdout.write(help)
  const port = Number(values.port ?? 0)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new TypeError(`--port ${values.port} is no port.`)
  await serve(port || undefined, !values['no-open'])
}

async function serve(wanted: number | undefined, open: boolean): Promise<void> {
  const scratch = makeScratchFolder(tmpdir())
  const uploads = createUploads(join(scratch, 'uploads'))
  const exports = createExportFolders(join(scratch, 'exports'))
  const discardCopy = async (path: string) => {
    await uploads.remove(path)
    await exports.remove(path)
  }
  const services = createServices({ ...nodePlatform('web'), uploadPath: uploads.path, discardCopy }, report)
  const page = join(appRoot, 'out', 'renderer')
  const address = createKeptAddress(createDocumentFile(join(dataFolder(), 'web-address.json'), 0o600))
  const server = await address.serve(wanted, (at) => startWebServer({ services, ...at, page, uploads, exports, report }))
  const stop = () =>
    void services.rest().then(() => {
      services.close()
      void Promise.all([server.close(), address.forgetToken()]).then(() => process.exit(0))
    })
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.stdout.write(`Stemwright is at ${server.url}\nPress Ctrl-C to end it.\n`)
  if (open && !(await openBrowser(server.url))) process.stdout.write('Open this address in your browser.\n')
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const usage = error instanceof TypeError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  process.stderr.write(usage ? `${(error as Error).message}\n${help}` : `Stemwright could not start: ${(error as Error).message}\n`)
  process.exitCode = usage ? 2 : 1
}
