<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="es" sourcelanguage="en">
<context>
    <name>QFileDialog</name>
    <message><source>&amp;Look in:</source><translation>&amp;Buscar en:</translation></message>
    <message><source>Files of &amp;type:</source><translation>Archivos de &amp;tipo:</translation></message>
    <message><source>File &amp;name:</source><translation>&amp;Nombre del archivo:</translation></message>
    <message><source>Show &amp;hidden files</source><translation>Mostrar archivos &amp;ocultos</translation></message>
</context>
<context>
    <name>QAbstractFileIconProvider</name>
    <message><source>Drive</source><translation>Unidad</translation></message>
    <message><source>File</source><translation>Archivo</translation></message>
    <message><source>Folder</source><translation>Carpeta</translation></message>
    <message><source>Shortcut</source><translation>Acceso directo</translation></message>
    <message><source>Unknown</source><translation>Desconocido</translation></message>
</context>
<context>
    <name>QShortcut</name>
    <message><source>Ctrl</source><translation>Ctrl</translation></message>
    <message><source>Shift</source><translation>Mayús</translation></message>
    <message><source>Del</source><translation>Supr</translation></message>
    <message><source>Return</source><translation>Intro</translation></message>
    <message><source>Enter</source><translation>Intro</translation></message>
</context>
</TS>
