// The .vsix: a zip with a manifest, made the same from the same sources (times are fixed, names sorted). The official tool
// brings 170 packages for this.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { crc32, deflateRawSync } from "node:zlib";

const LIMIT = 100 * 1024;
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const words = JSON.parse(readFileSync("package.nls.json", "utf8"));
const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const say = (key) => escape(words[manifest[key].replaceAll("%", "")]);

/** CRC-32 by the table of the zip specification: zlib has none before Node 20.15. */
function checksum(data) {
  if (typeof crc32 === "function") return crc32(data);
  let sum = ~0;
  for (const byte of data) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function zip(files) {
  const DATE = ((2026 - 1980) << 9) | (1 << 5) | 1;
  const bodies = [];
  const directory = [];
  let offset = 0;
  for (const [name, data] of files) {
    const bytes = Buffer.from(name);
    const packed = deflateRawSync(data, { level: 9 });
    const facts = Buffer.alloc(26);
    [20, 0x0800, 8, 0, DATE].forEach((value, index) => facts.writeUInt16LE(value, index * 2));
    facts.writeUInt32LE(checksum(data), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(bytes.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, bytes, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03"), facts, rest, bytes]));
    bodies.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, index, Buffer.from("PK\x05\x06"), end]);
}

const types = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[".json", ".vsixmanifest", ".js", ".md", ".txt"]
  .map((ending) => `<Default Extension="${ending}" ContentType="${ending === ".vsixmanifest" ? "text/xml" : "text/plain"}"/>`)
  .join("")}</Types>`;
const vsixmanifest = `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${manifest.name}" Version="${manifest.version}" Publisher="${manifest.publisher}"/>
    <DisplayName>${say("displayName")}</DisplayName>
    <Description xml:space="preserve">${say("description")}</Description>
    <Tags>${escape(manifest.keywords.join(","))}</Tags>
    <Categories>${escape(manifest.categories.join(","))}</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${manifest.engines.vscode}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="${manifest.extensionKind.join(",")}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionDependencies" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionPack" Value=""/>
      <Property Id="Microsoft.VisualStudio.Code.LocalizedLanguages" Value="zh-cn"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
const { scripts: _scripts, devDependencies: _dev, private: _private, ...shipped } = manifest;
const bundles = readdirSync("l10n").sort().map((name) => [`extension/l10n/${name}`, readFileSync(`l10n/${name}`)]);
const package_ = zip([
  ["extension.vsixmanifest", Buffer.from(vsixmanifest)],
  ["[Content_Types].xml", Buffer.from(types)],
  ["extension/package.json", Buffer.from(JSON.stringify(shipped, null, 1))],
  ...["package.nls.json", "package.nls.zh-cn.json", "README.md"].map((name) => [`extension/${name}`, readFileSync(name)]),
  ["extension/LICENSE.txt", readFileSync("../../LICENSE")],
  ["extension/dist/extension.js", readFileSync("dist/extension.js")],
  ...bundles,
]);
const name = `dist/${manifest.name}-${manifest.version}.vsix`;
writeFileSync(name, package_);
console.log(`${name}: ${(package_.length / 1024).toFixed(1)} KiB`);
if (package_.length > LIMIT) {
  console.error(`It is larger than ${LIMIT / 1024} KiB.`);
  process.exit(1);
}
