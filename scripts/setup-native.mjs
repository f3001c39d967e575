/**
 * Builds the native TensorFlow binding (@tensorflow/tfjs-node-gpu) for the fastest rungs of the engine ladder.
 * The app works without it; `npm run engines` says what it gained. See docs/native-engine.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { replaceLibrary, SetupError, takeFromFolder, takeFromWheel } from './native/library.mjs'

const usage = `npm run setup:native -- [--wheel FILE | --library DIR] [--nodedir DIR] [--force]

  --wheel FILE    take TensorFlow from a pip wheel, got with
                  pip download --no-deps tensorflow-cpu==2.21.0   (or tensorflow==2.21.0 for NVIDIA cards)
  --library DIR   use the TensorFlow library (lib/ and include/) that already lies in DIR
  --nodedir DIR   Node's own headers are in DIR/include/node (found by itself beside most Node installations)
  --force         do it again, even where it is set up already
Without --wheel and --library the package downloads its own TensorFlow 2.9.1 (CUDA 11.2 and cuDNN 8 for GPUs).`

const require = createRequire(import.meta.url)
function packageFolder() {
  try {
    return dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'))
  } catch (error) {
    throw new SetupError('@tensorflow/tfjs-node-gpu is not installed. Run "npm ci" first, without --omit=optional.', {
      cause: error,
    })
  }
}

/** Node's headers, where they lie beside the running Node and fit it, so that nothing is downloaded for them. */
function headersFolder(given) {
  const candidates = given ? [given] : [dirname(dirname(process.execPath))]
  for (const candidate of candidates) {
    const version = join(candidate, 'include', 'node', 'node_version.h')
    if (!existsSync(version)) continue
    const major = /define NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(version, 'utf8'))?.[1]
    if (major === process.versions.node.split('.')[0]) return candidate
  }
  if (given) throw new SetupError(`No headers of Node ${process.versions.node} are in ${given}/include/node.`)
  return undefined
}

function run(command, args, { cwd, env }) {
  const result = spawnSync(command, args, { cwd, env, stdio: 'inherit', shell: process.platform === 'win32' })
  if (result.status !== 0) throw new SetupError(`"${command} ${args.join(' ')}" failed; its messages are above.`)
}

function buildEnvironment(folder, nodedir) {
  const bins = [join(folder, 'node_modules', '.bin'), resolve(folder, '../../.bin')]
  const env = { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) }
  if (nodedir) env.npm_config_nodedir = nodedir
  return env
}

async function download(folder, env) {
  const base = process.env.TFJS_NODE_CDN_STORAGE ?? process.env.CDN_STORAGE ?? 'https://storage.googleapis.com/'
  const custom = existsSync(join(folder, 'scripts', 'custom-binary.json'))
  const reachable = await fetch(base, { method: 'HEAD', signal: AbortSignal.timeout(15_000) }).then(
    (response) => response.status < 500 && response.status !== 407 && response.status !== 403,
    () => false,
  )
  if (!reachable && !custom) {
    throw new SetupError(
      `The host of the TensorFlow library (${base}) can't be reached. Nothing was changed, and the app works without it.\n` +
        'Where pip works: "pip download --no-deps tensorflow-cpu==2.21.0", then "npm run setup:native -- --wheel FILE".',
    )
  }
  const hasNvidia = existsSync('/proc/driver/nvidia/version') || process.platform === 'win32'
  run(process.execPath, ['scripts/install.js', hasNvidia ? 'gpu' : 'cpu', 'download'], { cwd: folder, env })
}

function isBuilt(folder) {
  const lib = join(folder, 'lib')
  return existsSync(lib) && readdirSync(lib).some((name) => existsSync(join(lib, name, 'tfjs_binding.node')))
}

/** The binding is loaded in a process of its own, since a bad library may end the process that loads it. */
function check(folder) {
  const source =
    "const u=require('node:util');u.isNullOrUndefined??=v=>v==null;u.isArray??=Array.isArray;" +
    `const tf=require(${JSON.stringify(folder)});` +
    "console.log('TensorFlow '+tf.backend().binding.TF_Version+(tf.backend().isUsingGpuDevice?' with a GPU':' on the CPU'))"
  const result = spawnSync(process.execPath, ['-e', source], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
  })
  if (result.status !== 0) throw new SetupError(`The binding was built but does not load:\n${result.stderr.trim()}`)
  return result.stdout.trim().split('\n').at(-1)
}

async function sourceMark(options) {
  const source = options.wheel ?? options.library
  if (!source) return JSON.stringify({ source: 'download', napi: process.versions.napi })
  const stats = await stat(source).catch(() => {
    throw new SetupError(`${source} does not exist.`)
  })
  return JSON.stringify({ source, size: stats.size, napi: process.versions.napi })
}

async function setUp(options) {
  const folder = packageFolder()
  const markFile = join(folder, 'deps', 'stemwright-source.json')
  const mark = await sourceMark(options)
  const already = existsSync(markFile) && readFileSync(markFile, 'utf8') === mark
  if (already && isBuilt(folder) && !options.force) return console.log(`Already set up: ${check(folder)}.`)
  const env = buildEnvironment(folder, headersFolder(options.nodedir))
  if (options.wheel || options.library) {
    await replaceLibrary(
      folder,
      (deps) => (options.wheel ? takeFromWheel(options.wheel, deps) : takeFromFolder(options.library, deps)),
      () => run('node-pre-gyp', ['install', '--build-from-source'], { cwd: folder, env }),
    )
  } else {
    await download(folder, env)
  }
  if (!isBuilt(folder)) throw new SetupError('The binding was not built; the messages above say why.')
  const found = check(folder)
  await writeFile(markFile, mark)
  console.log(`Set up: ${found}.`)
}

try {
  const { values } = parseArgs({
    options: {
      wheel: { type: 'string' },
      library: { type: 'string' },
      nodedir: { type: 'string' },
      force: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) console.log(usage)
  else {
    const absolute = (path) => path && resolve(process.env.INIT_CWD ?? '.', path)
    await setUp({ ...values, wheel: absolute(values.wheel), library: absolute(values.library) })
  }
} catch (error) {
  const badUsage = typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS')
  console.error(badUsage ? `${error.message}\n\n${usage}` : error instanceof SetupError ? error.message : error)
  process.exitCode = badUsage ? 2 : 1
}
