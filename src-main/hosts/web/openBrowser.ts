import { spawn } from 'node:child_process'

/** Asks the system to show `url` in the user's browser; resolves to false where nobody could be asked. */
export function openBrowser(url: string): Promise<boolean> {
  const [command, ...args] = openerFor(process.platform)
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    child.on('error', () => resolve(false))
    child.on('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

function openerFor(platform: NodeJS.Platform): [string, ...string[]] {
  if (platform === 'darwin') return ['open']
  // The empty argument is the window's title, which `start` takes from its first quoted one.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""']
  return ['xdg-open']
}
