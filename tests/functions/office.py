"""LibreOffice with the macros of a workbook: opened, computed anew, stored; without a window and without a question."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

_FIRST_START = 81
_TIMEOUT = 240
_ALWAYS_EXECUTE_NO_WARN = 4

# Without this a new profile runs no macro of its own at its first start.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Setup/Office"><prop oor:name="ooSetupInstCompleted" oor:op="fuse"><value>true</value>
</prop></item></oor:items>"""
_LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/></library:libraries>"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Runner"/></library:library>"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Runner" script:language="StarBasic">{}
</script:module>"""
_RUN = """
Sub Main
    On Error Resume Next ' an error that a macro of the workbook has dealt with comes up here again
    Dim opening(1) As New com.sun.star.beans.PropertyValue
    opening(0).Name = "MacroExecutionMode" : opening(0).Value = {mode}
    opening(1).Name = "Hidden" : opening(1).Value = True
    Dim book As Object
    book = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, opening())
    If IsNull(book) Then book = StarDesktop.Components.createEnumeration().nextElement()
    book.calculateAll()
    Dim storing(0) As New com.sun.star.beans.PropertyValue
    storing(0).Name = "FilterName" : storing(0).Value = "Calc MS Excel 2007 XML"
    book.storeToURL("{target}", storing())
    book.close(True)
    StarDesktop.terminate()
End Sub
"""


def with_macros(source: Path, target: Path) -> Path:
    """Store ``source`` as the .xlsx ``target``, with every formula computed anew by the macros of ``source``."""
    with tempfile.TemporaryDirectory(prefix="kpixl-macros-", ignore_cleanup_errors=True) as profile:
        basic = Path(profile, "user", "basic")
        (basic / "Standard").mkdir(parents=True)
        (basic / "script.xlc").write_text(_LIBRARIES, encoding="utf-8")
        (basic / "Standard" / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
        Path(profile, "user", "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        code = _RUN.format(mode=_ALWAYS_EXECUTE_NO_WARN, source=source.as_uri(), target=target.as_uri())
        (basic / "Standard" / "Runner.xba").write_text(_MODULE.format(escape(code)), encoding="utf-8")
        command = ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
        command.append("macro:///Standard.Runner.Main")
        for _ in range(2):
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
            if done.returncode != _FIRST_START:
                break
    if not target.exists():
        raise RuntimeError(f"soffice exit {done.returncode}, no {target}: {done.stdout} {done.stderr}")
    return target
