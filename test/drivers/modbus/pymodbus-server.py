"""A Modbus server of the pymodbus project; prints its port or path, serves until its input closes.

Without argument: Modbus TCP on a free port. `rtu`: RTU frames over TCP on a free port. A path: a serial port at 9600 baud.

Unit 1: holding registers 0-39 with known values and a hole from 8 to 9, input registers 0-9, coils and discrete
inputs 0-15. Unit 2: one holding register. Unit 3 does not exist.
"""
import asyncio
import logging
import sys

from pymodbus.constants import Endian
from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer


# Exceptions and closed connections are what the tests are about.
logging.disable(logging.CRITICAL)


def registers(value_writer, byteorder, wordorder):
    builder = BinaryPayloadBuilder(byteorder=byteorder, wordorder=wordorder)
    value_writer(builder)
    return builder.to_registers()


def holding():
    words = {0: 4242, 1: 0xFFFE, 2: 0x1234, 3: 0xBEEF, 4: 0, 5: 1, 6: 2, 7: 3}
    at = 10
    for wordorder in (Endian.Big, Endian.Little):
        for byteorder in (Endian.Big, Endian.Little):
            for word in registers(lambda b: b.add_32bit_float(123.456), byteorder, wordorder):
                words[at] = word
                at += 1
    for word in registers(lambda b: b.add_32bit_uint(4_000_000_000), Endian.Big, Endian.Big):
        words[at] = word
        at += 1
    for word in registers(lambda b: b.add_32bit_int(-70_000), Endian.Big, Endian.Little):
        words[at] = word
        at += 1
    for word in registers(lambda b: b.add_64bit_uint(9_007_199_254_740_991), Endian.Big, Endian.Big):
        words[at] = word
        at += 1
    for word in registers(lambda b: b.add_64bit_float(-0.1), Endian.Big, Endian.Big):
        words[at] = word
        at += 1
    for word in registers(lambda b: b.add_string("B1 LIFT"), Endian.Big, Endian.Big):
        words[at] = word
        at += 1
    return words


async def main():
    slaves = {
        1: ModbusSlaveContext(
            hr=ModbusSparseDataBlock(holding()),
            ir=ModbusSparseDataBlock({address: 1000 + address for address in range(10)}),
            co=ModbusSparseDataBlock({address: address % 3 == 0 for address in range(16)}),
            di=ModbusSparseDataBlock({address: address % 2 == 1 for address in range(16)}),
            zero_mode=True,
        ),
        2: ModbusSlaveContext(hr=ModbusSparseDataBlock({0: 2}), zero_mode=True),
    }
    context = ModbusServerContext(slaves=slaves, single=False)
    way = sys.argv[1] if len(sys.argv) > 1 else "tcp"
    if way in ("tcp", "rtu"):
        framer = ModbusRtuFramer if way == "rtu" else ModbusSocketFramer
        server = ModbusTcpServer(context, framer=framer, address=("127.0.0.1", 0), ignore_missing_slaves=True)
        serving = asyncio.ensure_future(server.serve_forever())
        await server.serving
        print(server.server.sockets[0].getsockname()[1], flush=True)
    else:
        server = ModbusSerialServer(context, port=way, baudrate=9600, timeout=1, ignore_missing_slaves=True)
        await server.start()
        serving = asyncio.ensure_future(server.serve_forever())
        print(way, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    serving.cancel()


asyncio.run(main())
